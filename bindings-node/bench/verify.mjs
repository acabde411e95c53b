// What verifying a Stripe event of 1 kB costs, beside Stripe's own package in the same run, with the same secret every time, as
// an endpoint has. It prints medians and ratios.

import Stripe from 'stripe';
import { signatures } from 'paywright';

const ROUNDS = 15;
const CALLS = 4000;
const SECRET = 'whsec_throwaway';
const now = Math.floor(Date.now() / 1000);
const event = { id: 'evt_1', object: 'event', data: { object: { id: 'pi_1', note: '' } } };
event.data.object.note = 'x'.repeat(1024 - JSON.stringify(event).length);
const body = Buffer.from(JSON.stringify(event));
const stripe = new Stripe('sk_test_throwaway');
const header = stripe.webhooks.generateTestHeaderString({ payload: body.toString(), secret: SECRET, timestamp: now });
const secrets = [SECRET];

const contenders = {
  'stripe.webhooks.constructEvent': () => stripe.webhooks.constructEvent(body, header, SECRET),
  'stripeVerify and JSON.parse': () => {
    signatures.stripeVerify(body, header, secrets, now);
    return JSON.parse(body);
  },
  stripeVerify: () => signatures.stripeVerify(body, header, secrets, now),
};

const times = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]));
for (let round = 0; round < ROUNDS; round += 1) {
  // Taken in turn, so that whatever else the machine does falls on all of them.
  for (const [name, call] of Object.entries(contenders)) {
    const began = process.hrtime.bigint();
    for (let count = 0; count < CALLS; count += 1) call();
    times[name].push(Number(process.hrtime.bigint() - began) / CALLS);
  }
}
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const base = median(times['stripe.webhooks.constructEvent']);
for (const [name, values] of Object.entries(times)) {
  const one = median(values);
  console.log(`${name.padEnd(32)} ${(one / 1000).toFixed(2).padStart(7)} µs  ${(base / one).toFixed(2)} ×`);
}
