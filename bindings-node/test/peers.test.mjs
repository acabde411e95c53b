// Against the packages that the senders publish themselves: each verifies what the other signed.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Webhook } from 'standardwebhooks';
import Stripe from 'stripe';
import { signatures } from 'paywright';

const stripe = new Stripe('sk_test_throwaway');
const SECRET = 'whsec_throwaway';
const NOW = Math.floor(Date.now() / 1000);
const BODIES = ['{"id":"evt_1","object":"event"}', '{"id":"evt_茶","data":"🍵"}', `{"id":"evt_1","pad":"${'x'.repeat(20_000)}"}`];

for (const [index, payload] of BODIES.entries()) {
  // Protects: what Stripe's own package signs is genuine to us, and what we sign is genuine to it.
  test(`stripe ${index}`, () => {
    const theirs = stripe.webhooks.generateTestHeaderString({ payload, secret: SECRET, timestamp: NOW });
    assert.ok(signatures.stripeVerify(Buffer.from(payload), theirs, ['whsec_other', SECRET], NOW).ok);
    assert.throws(() => signatures.stripeVerify(Buffer.from(`${payload} `), theirs, [SECRET], NOW), { code: 'auth_mismatch' });
    const ours = signatures.stripeSign(Buffer.from(payload), SECRET, NOW);
    assert.equal(stripe.webhooks.constructEvent(Buffer.from(payload), ours, SECRET).id, JSON.parse(payload).id);
  });

  // Protects: the same with the package of Standard Webhooks.
  test(`standardwebhooks ${index}`, () => {
    const secret = `whsec_${Buffer.alloc(24, index + 1).toString('base64')}`;
    const peer = new Webhook(secret);
    const headers = (signature) => ({
      'webhook-id': 'msg_1', 'webhook-timestamp': String(NOW), 'webhook-signature': signature,
    });
    const theirs = headers(peer.sign('msg_1', new Date(NOW * 1000), payload));
    assert.ok(signatures.standardWebhooksVerify(Buffer.from(payload), theirs, [secret], NOW).ok);
    const forged = () => signatures.standardWebhooksVerify(Buffer.from(`${payload} `), theirs, [secret], NOW);
    assert.throws(forged, { code: 'auth_mismatch' });
    const ours = headers(signatures.standardWebhooksSign('msg_1', NOW, Buffer.from(payload), secret));
    assert.deepEqual(peer.verify(payload, ours), JSON.parse(payload));
  });
}

// Protects: a time that one side refuses is refused by the other.
test('stripe: too old', () => {
  const [payload] = BODIES;
  const old = stripe.webhooks.generateTestHeaderString({ payload, secret: SECRET, timestamp: NOW - 301 });
  assert.throws(() => signatures.stripeVerify(Buffer.from(payload), old, [SECRET], NOW), { code: 'auth_stale' });
  assert.throws(() => stripe.webhooks.constructEvent(payload, old, SECRET), { type: 'StripeSignatureVerificationError' });
});
