// The example shop in a real browser: order, QR code, the mock gateway's page, polling, refund.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';
import { Paywright, gateways } from 'paywright';

const BROWSER = [process.env.PAYWRIGHT_CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
  .find((path) => path && existsSync(path));
const ARGUMENTS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage'];
const folder = new URL('.', import.meta.url);

let pay;
let server;
let address;
before(async () => {
  // The compiler resolves what the example imports to this package and its development dependencies.
  execFileSync(process.execPath, ['../node_modules/typescript/bin/tsc', '-p', 'tsconfig.example.json'], { cwd: folder, stdio: 'inherit' });
  const { shop } = await import('./built/shop.mjs');
  let handler;
  server = createServer((...exchange) => handler(...exchange));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${server.address().port}`;
  pay = await Paywright.open('sqlite::memory:', {
    gateways: [gateways.mock({ checkoutBaseUrl: `${address}/payments/mock-checkout` })],
    mode: 'development',
  });
  handler = shop(pay);
});
after(async () => {
  server.closeAllConnections();
  server.close();
  await pay.close();
});

// Protects: the example is a shop that works, and another's order is not there.
test('over HTTP', async () => {
  const cookie = (await fetch(address)).headers.get('set-cookie').split(';')[0];
  const post = (path, form) => fetch(address + path, {
    method: 'POST', body: new URLSearchParams(form), headers: { cookie }, redirect: 'manual',
  });
  const path = (await post('/orders', { tea: 'longjing' })).headers.get('location');
  assert.match(path, /^\/orders\/ord_/);
  assert.match(await (await post(`${path}/pay`, { method: 'wechat' })).text(), /<svg/);
  assert.equal((await fetch(address + path)).status, 404);
  assert.match(await (await fetch(address + path, { headers: { cookie } })).text(), /id="state">pending/);
});

// Protects: a person can buy tea, see it paid without doing anything, and get the money back.
test('in a browser', { skip: BROWSER ? false : 'Chromium was not found' }, async () => {
  const browser = await chromium.launch({ executablePath: BROWSER, headless: true, args: ARGUMENTS });
  try {
    const context = await browser.newContext();
    const shopping = await context.newPage();
    await shopping.goto(address);
    await shopping.click('button[value=puer]');
    await shopping.click('button[value=alipay]');
    await shopping.waitForSelector('svg');
    const checkout = await context.newPage();
    await checkout.goto(await shopping.getAttribute('#open', 'href'));
    await checkout.click('button[value=pay]');
    await shopping.waitForURL(/\/orders\//);
    assert.equal(await shopping.textContent('#state'), 'paid');
    await shopping.click('text=Give it back');
    await shopping.waitForSelector('#state');
    assert.equal(await shopping.textContent('#state'), 'refunded');
    assert.ok((await pay.verify()).ok);
  } finally {
    await browser.close();
  }
});
