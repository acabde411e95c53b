// A gateway that a host wrote in TypeScript, through the engine: step by step, so that nothing has to be reached.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import { after, beforeEach, test } from 'node:test';
import { Paywright, PaywrightError } from 'paywright';
import { GatewayFailed, ManualClock, checkGateway } from 'paywright/testing';

const tsc = ['../node_modules/typescript/bin/tsc', '-p', 'tsconfig.parcel.json'];
execFileSync(process.execPath, tsc, { cwd: new URL('.', import.meta.url), stdio: 'inherit' });
const { Parcel } = await import('./built/parcel.mjs');

const SECRET = 'throwaway-parcel-callback-secret';
const NOW = new Date('2026-01-01T00:00:00Z');
const opened = [];
let warned = [];
process.on('warning', (warning) => warned.push(warning));
beforeEach(() => { warned = []; });
after(() => Promise.all(opened.map((pay) => pay.close())));

async function open(gateway = new Parcel('throwaway-parcel-api-key', SECRET)) {
  const clock = new ManualClock(NOW);
  const pay = await Paywright.open('sqlite::memory:', { gateways: [gateway], mode: 'test', clock });
  opened.push(pay);
  return pay;
}

async function begun(pay) {
  const order = await pay.createOrder({ currency: 'EUR', amount: '10.50' });
  const { id } = await pay.createPayment(order.id, { method: 'parcel', returnUrl: 'https://shop.example/back', send: false });
  return [id, await pay.begin(id, 'pay')];
}

const json = (status, content) => ({ status, headers: {}, body: Buffer.from(JSON.stringify(content)) });

function callback(said, at = NOW) {
  const [body, time] = [Buffer.from(JSON.stringify(said)), String(at.getTime() / 1000)];
  const signature = createHmac('sha256', SECRET).update(`${time}.`).update(body).digest('hex');
  return { headers: { 'parcel-signature': signature, 'Parcel-Time': time }, body };
}

// Protects: a gateway in JavaScript does all that one in Rust does: it asks, reads, believes signed messages, refunds.
test('a payment and its refund', async () => {
  const pay = await open();
  const [id, step] = await begun(pay);
  assert.equal(step.request.url, 'https://api.parcel.example/payments');
  assert.equal(step.request.headers['Idempotency-Key'], id);
  assert.deepEqual(JSON.parse(step.request.body), { id, amount: '1050', currency: 'EUR', back: 'https://shop.example/back' });
  const { payment } = await pay.resume(step.ticket, json(200, { status: 'open', url: 'https://parcel.example/pay/1' }));
  assert.deepEqual([payment.action.kind, payment.action.url], ['redirect', 'https://parcel.example/pay/1']);
  const said = { event: 'evt-1', id, status: 'paid', amount: 1050, currency: 'EUR', transaction: 'txn-1' };
  const result = await pay.handleCallback('parcel', callback(said));
  assert.deepEqual([result.outcome, result.payment.captured, result.reply.status], ['applied', '10.50', 200]);
  const refund = await pay.refund(id, { amount: '0.50', send: false });
  const asked = await pay.begin(refund.id, 'refund');
  assert.equal(JSON.parse(asked.request.body).amount, '50');
  const over = await pay.resume(asked.ticket, json(200, { status: 'done' }));
  assert.equal(over.refund.state, 'succeeded');
  assert.ok((await pay.verify()).ok);
});

// Protects: what the host's code refuses is refused with its code and its answer, and changes nothing.
test('forged and old callbacks', async () => {
  const pay = await open();
  const [id] = await begun(pay);
  const said = { event: 'evt-1', id, status: 'paid', amount: 1050, currency: 'EUR', transaction: 'txn-1' };
  const good = callback(said);
  const refused = async (given, code) => {
    const error = await pay.handleCallback('parcel', given).catch((caught) => caught);
    assert.ok(error instanceof PaywrightError, String(error));
    assert.deepEqual([error.code, error.reply.status], [code, 403], error.message);
  };
  await refused({ ...good, body: Buffer.concat([good.body, Buffer.from(' ')]) }, 'auth_mismatch');
  await refused({ ...good, headers: {} }, 'auth_missing');
  await refused({ ...good, headers: [...Object.entries(good.headers), ['PARCEL-TIME', '1']] }, 'duplicate_field');
  await refused(callback(said, new Date(NOW.getTime() - 301_000)), 'auth_stale');
  assert.equal((await pay.payment(id)).captured, '0.00');
});

class Careless extends Parcel {
  constructor(answer) {
    super('throwaway-parcel-api-key', SECRET);
    this.read = answer;
  }
}

for (const [what, answer] of Object.entries({
  'throws an error': () => { throw new TypeError('canary'); },
  'throws nothing in particular': () => { throw undefined; },
  'answers with a promise': async () => ({ kind: 'notFound' }),
  'answers with nothing': () => undefined,
  'answers with a number': () => 5,
  'answers with an unknown kind': () => ({ kind: 'paid' }),
  'answers with a float': () => ({ kind: 'paymentFact', event: 'succeed', amount: { minor: 10.5 }, transactionId: 't' }),
  'answers with too much': () => ({ kind: 'notFound', why: 'x' }),
})) {
  // Protects: whatever a host's reading does, the outcome is unknown and not lost, and no words of it get out.
  test(`reading ${what}`, async () => {
    const pay = await open(new Careless(answer));
    const [id, step] = await begun(pay);
    const error = await pay.resume(step.ticket, json(200, {})).then((next) => next.payment, (caught) => caught);
    if (error instanceof Error) assert.ok(error instanceof PaywrightError && !error.message.includes('canary'), error.stack);
    assert.ok(['init', 'processing'].includes((await pay.payment(id)).state));
  });
}

// Protects: the host hears of its own defect, with what was thrown.
test('the host is told', async () => {
  const pay = await open(new Careless(() => { throw new TypeError('mine'); }));
  const [, step] = await begun(pay);
  await pay.resume(step.ticket, json(200, {})).catch(() => {});
  await new Promise(setImmediate);
  assert.equal(warned.find((warning) => warning.message.includes('parcel'))?.cause?.message, 'mine');
});

// Protects: facts that make no sense open nothing.
test('facts', async () => {
  class Odd extends Parcel {}
  for (const wrong of [{ methods: 'parcel' }, { name: 5 }, { currencies: ['XXL'] }, { freshnessS: 1.5 }, { feelings: true }]) {
    const gateway = new Odd('throwaway-parcel-api-key', SECRET);
    gateway.facts = { ...gateway.facts, ...wrong };
    await assert.rejects(open(gateway), PaywrightError);
  }
});

// Protects: many calls at once, each of which needs this very thread, all end.
test('many at once', async () => {
  const pay = await open();
  const all = await Promise.all(Array.from({ length: 64 }, async () => {
    const [id, step] = await begun(pay);
    await pay.resume(step.ticket, json(200, { status: 'open', url: 'https://parcel.example/pay/1' }));
    const said = { event: `evt-${id}`, id, status: 'paid', amount: 1050, currency: 'EUR', transaction: `txn-${id}` };
    return (await pay.handleCallback('parcel', callback(said))).outcome;
  }));
  assert.deepEqual(new Set(all), new Set(['applied']));
});

// Protects: who stops waiting for a gateway that does not answer goes on at once; what became of the call is unknown and not
// failed, and the gateway is asked later.
test('a signal ends the waiting for a gateway', async () => {
  let reached;
  const arrived = new Promise((resolve) => { reached = resolve; });
  const silent = createServer((request) => reached(request));
  await new Promise((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const pay = await open(new Parcel('throwaway-parcel-api-key', SECRET, `http://127.0.0.1:${silent.address().port}`));
  const order = await pay.createOrder({ currency: 'EUR', amount: '10.50' });
  const [controller, mine] = [new AbortController(), new Error('mine')];
  const paying = pay.createPayment(order.id, { method: 'parcel', signal: controller.signal });
  const request = await arrived;
  const began = performance.now();
  controller.abort(mine);
  await assert.rejects(paying, (error) => error === mine);
  assert.ok(performance.now() - began < 1000, 'it waited');
  const { items: [payment] } = await pay.payments({ orderId: order.id });
  assert.ok(['init', 'processing'].includes(payment.state), payment.state);
  await assert.rejects(pay.syncPayment(payment.id, { signal: AbortSignal.timeout(50) }), { name: 'TimeoutError' });
  request.socket.destroy();
  silent.closeAllConnections();
  silent.close();
  await pay.close();
  assert.equal((await pay.health().catch((error) => error)).code, 'store_closed');
});

const posted = (more) => ({ id, amount }, { now }) => callback({
  event: 'evt-1', id, status: 'paid', amount: Number(amount.minor), currency: amount.currency, transaction: 'txn-1', ...more,
}, now);
const KIT = { callback: posted(), secrets: ['throwaway-parcel-api-key', SECRET] };
const parcel = (Kind) => new Kind('throwaway-parcel-api-key', SECRET);

// Protects: the example is a gateway as it should be.
test('the kit takes the example', () => checkGateway(parcel(Parcel), KIT));

let rolled = 0;
for (const [failure, Kind, kit] of [
  ['an unsigned callback is believed', class extends Parcel {
    receive(_headers, body) {
      const said = JSON.parse(body);
      return { kind: 'notice', id: said.event, subject: { kind: 'payment', id: said.id }, fact: this.fact(said) };
    }
  }],
  ['a stale callback is believed', class extends Parcel {
    receive(headers, body, moment) {
      return super.receive(headers, body, { ...moment, now: new Date(Number(headers.one('parcel-time')) * 1000) });
    }
  }],
  ['an unsigned callback throws TypeError instead of a Refusal', class extends Parcel {
    receive(headers, ...others) {
      headers.one('parcel-time').length;
      return super.receive(headers, ...others);
    }
  }],
  ['it sends to evil.example', class extends Parcel {
    call(...asked) {
      const call = super.call(...asked);
      return call.kind === 'request' ? { ...call, url: 'https://evil.example/' } : call;
    }
  }],
  ['the idempotency key changes with the try', class extends Parcel {
    call(operation, payment, moment) {
      const call = super.call(operation, payment, moment);
      return { ...call, headers: { ...call.headers, 'Idempotency-Key': moment.nonce } };
    }
  }],
  ['not the same request at the same moment', class extends Parcel {
    call(...asked) {
      const call = super.call(...asked);
      rolled += 1;
      return { ...call, headers: { ...call.headers, 'X-Try': String(rolled) } };
    }
  }],
  ['instead of an error', class extends Parcel {
    read(...asked) {
      try {
        return super.read(...asked);
      } catch {
        return { kind: 'paymentFact', event: 'fail' };
      }
    }
  }],
  ["the amount is not the payment's", class extends Parcel {
    fact(said) {
      return super.fact({ ...said, amount: said.amount / 100 });
    }
  }],
  ['a success without a transaction', Parcel, { ...KIT, callback: posted({ transaction: '' }) }],
  ['a credential is printed', class extends Parcel {
    key = 'throwaway-parcel-api-key';
  }],
  ['it names no product', class extends Parcel {
    facts = { ...parcel(Parcel).facts, product: '' };
  }],
]) {
  // Protects: the kit sees what is wrong, one thing at a time.
  test(`the kit finds: ${failure}`, () => {
    assert.throws(() => checkGateway(parcel(Kind), kit ?? KIT), (error) => {
      assert.ok(error instanceof GatewayFailed, error.stack);
      assert.ok(error.failures.some((one) => one.includes(failure)), error.message);
      return true;
    });
  });
}
