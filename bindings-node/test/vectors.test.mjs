// The vector files through `signatures`: what Rust is judged by, Node is judged by, too.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PaywrightError, signatures } from 'paywright';
import { read } from './scenario.mjs';

const FILES = new Map();
function file(name) {
  if (!FILES.has(name)) FILES.set(name, read(`tests/vectors/${name}.json`));
  return FILES.get(name);
}

const body = (one) => ('body_b64' in one ? Buffer.from(one.body_b64, 'base64') : Buffer.from(one.body));

/** The code of a refusal; never a defect of ours. */
function refusal(call) {
  try {
    call();
  } catch (error) {
    assert.ok(error instanceof PaywrightError, error.stack);
    assert.notEqual(error.code, 'internal');
    return error.code;
  }
  return null;
}

/** Compares with `verified`. Where a file admits both answers, ours is the stricter one. */
function judged(one, call) {
  const { verified, either = false } = one.expect;
  const code = refusal(call);
  assert.equal(code === null, verified && !either, code);
  return code;
}

/** One test for each case of these lists. */
function cases(name, lists, judge) {
  for (const list of lists) {
    file(name)[list].forEach((one, index) => test(`${name}:${list}:${one.id ?? index}`, () => judge(one)));
  }
}

// Protects: Stripe's webhooks, through the binding.
cases('stripe_webhooks', ['cases'], (one) => {
  const options = { toleranceS: one.tolerance };
  judged(one, () => signatures.stripeVerify(body(one), one.header, [one.secret], one.now, options));
});

// Protects: messages of Standard Webhooks with shared secrets and with key pairs, through the binding.
cases('standard_webhooks', ['cases', 'v1a'], (one) => {
  const secrets = [one.public_key ?? one.secret];
  judged(one, () => signatures.standardWebhooksVerify(body(one), one.headers, secrets, one.now));
});

// Protects: the answers that the specification and its libraries print, checked and made again.
cases('standard_webhooks', ['known_answers'], (one) => {
  const headers = { 'webhook-id': one.id, 'webhook-timestamp': String(one.timestamp), 'webhook-signature': one.signature };
  const key = one.secret ?? one.public_key;
  assert.ok(signatures.standardWebhooksVerify(body(one), headers, [key], one.timestamp).ok);
  if (one.secret) assert.equal(signatures.standardWebhooksSign(one.id, one.timestamp, body(one), key), one.signature);
});

// Protects: the generic callback in both schemes, with the reason of each refusal; and the digest and nonce by which a
// replay is recognised.
cases('hmac_callback', ['cases'], (one) => {
  const { config, now, expect } = one;
  // Which secret is valid when is the engine's to know; the functions are given those that are valid.
  const valid = config.keys.filter(({ not_before: from = now, not_after: to = now }) => from <= now && now <= to);
  const secrets = valid.map((key) => (key.secret_b64 ? Buffer.from(key.secret_b64, 'base64') : key.secret));
  let seen;
  const call = () => {
    seen = signatures.hmacCallbackVerify(body(one), secrets, now, {
      headers: one.headers,
      scheme: config.scheme,
      signatureHeader: config.signature_from,
      keyIds: valid.map((key) => key.id),
      requireFresh: config.require_fresh,
      toleranceS: config.tolerance_s,
    });
  };
  if (expect.either) return void refusal(call);
  const code = judged(one, call);
  if (!expect.verified) assert.equal(code, expect.reason ?? code);
  else if ('digest' in expect) assert.equal(seen.digest, expect.digest);
});

/** What a merchant has configured: certificates by their numbers, public keys by their ids. */
function platformKeys(names) {
  const keys = names.map((name) => file('wechatpay').keys[name]);
  return Object.fromEntries(keys.map((key) => [key.serial, key.certificate_pem ?? key.public_spki_pem]));
}

// Protects: notices and answers of WeChat Pay, through the binding.
cases('wechatpay', ['verify', 'notify_event'], (one) => {
  const keys = platformKeys(one.trust_store);
  const code = refusal(() => signatures.wechatpayVerify(body(one), one.headers, keys, one.now));
  if (!('either' in one.expect)) assert.equal(code === null, one.expect.verified, code);
});

// Protects: encrypted parts, as they stand in a parsed notice and as JSON text.
cases('wechatpay', ['resource'], ({ apiv3_key: key, resource, expect }) => {
  for (const given of [resource, JSON.stringify(resource)]) {
    if (expect.ok) assert.equal(signatures.wechatpayDecrypt(given, key).toString(), expect.plaintext);
    else assert.ok(expect.reasons.includes(refusal(() => signatures.wechatpayDecrypt(given, key))));
  }
});

// Protects: the signature of every request, byte for byte.
cases('wechatpay', ['request'], (one) => {
  const { config, keys } = file('wechatpay');
  const url = new URL(one.url);
  const header = signatures.wechatpayAuthorization(
    one.method, url.pathname + url.search, body(one), config.mchid, config.merchant_serial,
    keys.merchant.private_pkcs8_pem, Number(one.timestamp), one.nonce_str,
  );
  assert.ok(header.includes(`signature="${one.expect.signature}"`));
  assert.ok(header.startsWith('WECHATPAY2-SHA256-RSA2048 '));
});

// Protects: notices of Alipay, through the binding; any of the configured keys may have signed.
cases('alipay', ['notify_verify', 'notify_event'], (one) => {
  const keys = (one.alipay_keys ?? ['platform']).map((name) => file('alipay').keys[name].public_spki_pem);
  const codes = keys.map((key) => refusal(() => signatures.alipayVerifyNotify(body(one), key)));
  if (!('either' in one.expect)) assert.equal(codes.includes(null), one.expect.verified, codes.join());
});

// Protects: answers of Alipay, and that what is given out is what was signed.
cases('alipay', ['response_verify'], (one) => {
  const keys = one.alipay_keys.map((name) => file('alipay').keys[name].public_spki_pem);
  const found = [];
  const text = body(one).toString();
  const codes = keys.map((key) => refusal(() => found.push(signatures.alipayVerifyResponse(text, one.method, key))));
  if ('either' in one.expect) return;
  assert.equal(codes.includes(null), one.expect.verified, codes.join());
  if (one.expect.verified) assert.deepEqual(found, [one.expect.signed_content]);
});

// Protects: the signature of every request, byte for byte, with a key in each of its wrappings.
cases('alipay', ['request'], (one) => {
  const keys = file('alipay').keys.app;
  for (const wrapping of ['private_pkcs8_pem', 'private_pkcs1_pem', 'private_pkcs8_bare', 'private_pkcs1_bare']) {
    assert.equal(signatures.alipaySign(Object.fromEntries(one.params), keys[wrapping]), one.expect.sign);
  }
});

// Protects: webhooks of PayPal, through the binding, with the certificates that the file trusts.
cases('paypal_webhooks', ['cases'], (one) => {
  const { certs, trust_roots: roots } = file('paypal_webhooks');
  const now = Date.parse(one.now) / 1000;
  const code = refusal(() => signatures.paypalVerify(
    body(one), one.headers, one.webhook_id, certs[one.cert], roots, one.environment, now,
  ));
  assert.equal(code === null, one.expect.verified, code);
});
