// What JavaScript can hand in that was never meant: each is refused with a code, and the process goes on.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { Paywright, PaywrightError, gateways, signatures } from 'paywright';
import { ManualClock } from 'paywright/testing';

let pay;
before(async () => {
  pay = await Paywright.open('sqlite::memory:', { gateways: [gateways.mock()], mode: 'test' });
});
after(() => pay.close());

const order = (options) => pay.createOrder({ currency: 'CNY', amount: '100.00', ...options });
const refused = (promise, code) => assert.rejects(promise, (error) => {
  assert.ok(error instanceof PaywrightError, error.stack);
  assert.equal(error.code, code, error.message);
  return true;
});

for (const [what, amount] of Object.entries({
  'a whole number': 100,
  'a fraction': 0.1,
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '1e300': 1e300,
  'a BigInt': 100n,
  'a boxed number': Object(100),
  'a boxed string': Object('100.00'),
  'an object whose valueOf changes': { valueOf: () => Math.random(), toString: () => '1.00' },
  'a Date': new Date(),
  'an array': ['100.00'],
  'a symbol': Symbol('100.00'),
  'a function': () => '100.00',
  'a boolean': true,
})) {
  // Protects: an amount is decimal text and nothing else; nobody's `valueOf` is asked what it is worth.
  test(`an amount is not ${what}`, () => refused(order({ amount }), 'amount_type'));
}

for (const amount of ['1e2', '0x10', '１００', ' 1', '1_000', 'NaN', '', '-1', '1.001', `1${'0'.repeat(60)}`]) {
  // Protects: text that is no decimal amount of the currency is refused, never rounded.
  test(`the text ${JSON.stringify(amount.slice(0, 12))} is no amount`, async () => {
    await assert.rejects(order({ amount }), (error) => error instanceof PaywrightError && error.group === 'invalid_input');
  });
}

for (const [what, size] of Object.entries({
  12.9: 12.9,
  NaN: Number.NaN,
  Infinity: Number.NEGATIVE_INFINITY,
  '1e300': 1e300,
  'two to the 53': 2 ** 53,
  'a BigInt': 12n,
  'a boxed number': Object(12),
  'a string': '12',
  'an object whose valueOf changes': { valueOf: () => 12 },
})) {
  // Protects: a whole number that is none is never cut down to one.
  test(`a page's size is not ${what}`, () => refused(pay.orders({ size }), 'argument_range'));
}

// Protects: a field that does not exist is named, so that a slip in writing never silently changes what is charged.
test('unknown fields are named', async () => {
  await assert.rejects(order({ amonut: '1.00' }), (error) => {
    assert.equal(error.code, 'value_unknown');
    assert.match(error.message, /amonut.*createOrder.*amount/);
    return true;
  });
});

// Protects: names that mean something to JavaScript are names like any other, and change no object's prototype.
test('prototype pollution', async () => {
  const metadata = JSON.parse('{"__proto__": "a", "constructor": "b", "toString": "c"}');
  const { metadata: back } = await order({ metadata });
  assert.deepEqual(Object.entries(back).sort(), Object.entries(metadata).sort());
  assert.equal(Object.getPrototypeOf(back), Object.prototype);
  await refused(order(JSON.parse('{"__proto__": {"amount": "1.00"}}')), 'value_unknown');
  Object.prototype.customer = 'everybody';
  try {
    assert.equal((await order()).customer, null);
  } finally {
    delete Object.prototype.customer;
  }
});

// Protects: text that is no Unicode is refused instead of being changed; text that is comes back as it was.
test('surrogates', async () => {
  await refused(order({ customer: 'a\ud800b' }), 'text_format');
  await refused(order({ metadata: { note: '\udc00' } }), 'text_format');
  await refused(order({ metadata: { '\ud800': 'note' } }), 'text_format');
  const lines = [{ description: '茶 🍵 \ufffd', unitAmount: '1.00' }];
  const made = await pay.createOrder({ currency: 'CNY', lines });
  assert.equal(made.lines[0].description, lines[0].description);
});

for (const [what, metadata] of Object.entries({
  'a Map': new Map([['a', 'b']]),
  'a promise': Promise.resolve({}),
  'an array': ['a'],
  'a Date': new Date(),
  'a number inside': { a: 1 },
  'null inside': { a: null },
  'a string': 'a=b',
})) {
  // Protects: what is not an object of strings is refused, and never taken for an empty one.
  test(`metadata is not ${what}`, async () => {
    await assert.rejects(order({ metadata }), (error) => error instanceof PaywrightError && error.httpStatus === 400);
  });
}

// Protects: an object that contains itself, or is deeper or larger than any of ours, ends in an error and not in a loop.
test('endless objects', async () => {
  const loop = {};
  loop.left = loop;
  loop.right = loop;
  await assert.rejects(order({ metadata: loop }), PaywrightError);
  const wide = Object.fromEntries(Array.from({ length: 200_000 }, (_, index) => [`k${index}`, 'v']));
  await assert.rejects(order({ metadata: wide }), PaywrightError);
});

// Protects: what a getter or a proxy throws arrives as the very same object.
test('getters that throw', async () => {
  const mine = new RangeError('mine');
  const asked = { currency: 'CNY', get amount() { throw mine; } };
  await assert.rejects(pay.createOrder(asked), (error) => error === mine);
  const proxy = new Proxy({}, { ownKeys() { throw mine; } });
  await assert.rejects(order({ lines: [proxy] }), (error) => error === mine);
});

// Protects: a time is a valid `Date`.
test('times', async () => {
  for (const startsAt of [new Date(Number.NaN), '2026-01-01T00:00:00Z', 1_767_225_600_000, {}]) {
    await refused(order({ startsAt }), 'text_format');
  }
  await refused(order({ startsAt: new Date(8.64e15) }), 'text_format').catch((error) => assert.ok(error));
});

for (const [what, body] of Object.entries({
  'a string': '{}',
  'a parsed body': { id: 1 },
  nothing: undefined,
  'an ArrayBuffer': new ArrayBuffer(2),
  'a DataView': new DataView(new ArrayBuffer(2)),
  'an array of 16-bit numbers': new Uint16Array(2),
  'an array': [123, 125],
})) {
  // Protects: only the bytes that arrived are verified.
  test(`a body is not ${what}`, async () => {
    const code = what === 'nothing' ? 'argument_missing' : 'body_type';
    await refused(pay.handleCallback('mock', { headers: {}, body }), code);
  });
}

// Protects: a body of any size is an error, and memory that was given away while we looked is not read.
test('large and detached bodies', async () => {
  const large = Buffer.alloc(50 * 1024 * 1024, 0x20);
  await refused(pay.handleCallback('mock', { headers: {}, body: large }), 'too_large');
  const gone = new Uint8Array(16);
  structuredClone(gone.buffer, { transfer: [gone.buffer] });
  await assert.rejects(pay.handleCallback('mock', { headers: {}, body: gone }), PaywrightError);
  const taken = new Uint8Array(1 << 20);
  const secrets = [];
  Object.defineProperty(secrets, 0, {
    enumerable: true,
    get() {
      structuredClone(taken.buffer, { transfer: [taken.buffer] });
      return 'whsec_throwaway';
    },
  });
  assert.throws(() => signatures.stripeVerify(taken, 't=1,v1=00', secrets, 1), PaywrightError);
});

// Protects: headers in every form that frameworks have them in; one that is undefined is not there.
test('headers', async () => {
  const created = await order();
  const payment = await pay.createPayment(created.id, {});
  const forms = [
    (headers) => headers,
    (headers) => Object.entries(headers),
    (headers) => Object.entries(headers).flat(),
    (headers) => new Headers(headers),
    (headers) => new Map(Object.entries(headers)),
    (headers) => ({ ...headers, 'x-none': undefined, 'x-many': ['a', 'b'] }),
  ];
  for (const form of forms) {
    const [{ headers, body }] = await pay.mockCallbacks(payment.id, 'success');
    const proof = await pay.verifyCallback('mock', { headers: form(headers), body });
    assert.equal(proof.payment, payment.id);
  }
  await refused(pay.handleCallback('mock', { headers: 'x: y', body: Buffer.from('{}') }), 'argument_range');
  await refused(pay.handleCallback('mock', { headers: ['x'], body: Buffer.from('{}') }), 'argument_range');
});

// Protects: what a handler throws comes out as the same object, and its event comes again.
test('handlers that throw', async () => {
  await order();
  const mine = new Error('mine');
  const fail = () => pay.deliverEvents('hostile', async () => { throw mine; });
  await assert.rejects(fail(), (error) => error === mine);
  const seen = [];
  await pay.deliverEvents('hostile', (event) => seen.push(event.sequence), { limit: 1 });
  await pay.deliverEvents('hostile', (event) => seen.push(event.sequence), { limit: 1 });
  assert.equal(new Set(seen).size, 2);
});

// Protects: a panic inside the core is the error `internal`; the engine and the process go on.
test('a panic is an error', { skip: !process.env.PAYWRIGHT_TESTING }, async () => {
  const native = createRequire(import.meta.url)('../lib/native.js');
  const clock = new ManualClock(new Date());
  const fragile = await Paywright.open('sqlite::memory:', { gateways: [gateways.mock()], mode: 'test', clock });
  native.panicOnce();
  await refused(fragile.createOrder({ currency: 'CNY', amount: '1.00' }), 'internal');
  assert.equal((await fragile.createOrder({ currency: 'CNY', amount: '1.00' })).due, '1.00');
  await fragile.close();
});

// Protects: a worker that ends with calls under way takes nothing with it.
test('workers that end at once', async () => {
  const source = `
    import { Paywright, gateways } from 'paywright';
    const pay = await Paywright.open('sqlite::memory:', { gateways: [gateways.mock()], mode: 'test' });
    for (let count = 0; count < 50; count += 1) pay.createOrder({ currency: 'CNY', amount: '1.00' }).catch(() => {});
    process.exit(0);`;
  const url = new URL(`data:text/javascript,${encodeURIComponent(source.replace("'paywright'", `'${import.meta.resolve('paywright')}'`))}`);
  await Promise.all(Array.from({ length: 4 }, () => new Promise((resolve, reject) => {
    new Worker(url).on('exit', resolve).on('error', reject);
  })));
  assert.equal((await order()).due, '100.00');
});

// Protects: methods torn off their engine, and engines that nobody opened, are an error of JavaScript and no crash.
test('engines that are none', async () => {
  assert.throws(() => new Paywright({}, {}), TypeError);
  const { createOrder } = pay;
  assert.throws(() => createOrder.call({}, {}), TypeError);
  for (const options of [5, 'x', [], () => {}, Symbol('x')]) await assert.rejects(pay.orders(options));
});
