// What a payer is shown, through the binding.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PaywrightError, display } from 'paywright';

// Protects: a QR code is a picture that stands on its own, with the title it was given and nothing that came in with it.
test('a QR code', () => {
  const svg = display.qrSvg('weixin://wxpay/bizpayurl?pr=1', { title: '<Tea & "cake">', border: 2 });
  assert.match(svg, /^<svg[^>]*xmlns/);
  assert.ok(!svg.includes('<Tea'));
  const rows = display.qrModules('weixin://wxpay/bizpayurl?pr=1');
  assert.ok(rows.length >= 21 && rows.every((row) => row.length === rows.length && /^[01]+$/.test(row)));
  assert.throws(() => display.qrSvg('x'.repeat(2332)), { code: 'too_large' });
  assert.throws(() => display.qrSvg('x', { border: 1.5 }), { code: 'argument_range' });
});

// Protects: amounts are written in both languages, and a number is no amount here either.
test('amounts', () => {
  assert.equal(display.formatAmount('1234.50', 'USD'), '$1,234.50');
  assert.equal(display.formatAmount('100.00', 'CNY', { language: 'zh' }), '¥100.00');
  assert.throws(() => display.formatAmount(100, 'CNY'), (error) => error instanceof PaywrightError && error.code === 'amount_type');
});
