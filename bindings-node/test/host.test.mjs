// What is JavaScript's own about the package: opening and closing, errors, signals, pages, feeds, module systems.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import * as esm from 'paywright';

const { Paywright, PaywrightError, NotFound, ConfigError, gateways, signatures } = esm;
const require = createRequire(import.meta.url);
const open = (options) => Paywright.open('sqlite::memory:', { gateways: [gateways.mock()], mode: 'test', ...options });

// Protects: one implementation; an error of one module system is caught by the class of the other.
test('both module systems', async () => {
  const cjs = require('paywright');
  for (const name of Object.keys(cjs)) assert.equal(esm[name], cjs[name], name);
  assert.deepEqual(Object.keys(esm).sort(), Object.keys(cjs).concat('module.exports').filter((name) => name in esm).sort());
  const pay = await cjs.Paywright.open('sqlite::memory:', { gateways: [gateways.mock()] });
  await assert.rejects(pay.order('ord_01J00000000000000000000000'), esm.NotFound);
  await pay.close();
});

// Protects: an error says everything that a caller may act on.
test('errors', async () => {
  const pay = await open();
  const error = await pay.order('ord_01J00000000000000000000000').catch((caught) => caught);
  assert.ok(error instanceof NotFound && error instanceof PaywrightError && error instanceof Error);
  assert.deepEqual(
    [error.name, error.code, error.group, error.httpStatus, error.retryable],
    ['NotFound', 'order_not_found', 'not_found', 404, false],
  );
  assert.match(error.message, /ord_01J/);
  assert.match(error.messageZh, /[一-龥]/);
  assert.match(error.stack, /host\.test\.mjs/);
  await pay.close();
  const closed = await pay.health().catch((caught) => caught);
  assert.equal(closed.code, 'store_closed');
});

// Protects: every group of the table has its class.
test('a class for each group', () => {
  const { groups } = JSON.parse(readFileSync(new URL('../../tests/surface.json', import.meta.url)));
  const { classes } = require('../lib/errors.js');
  const ours = Object.values(classes).map((one) => one.prototype.group).filter(Boolean);
  assert.deepEqual(ours.sort(), groups.map((group) => group.name).sort());
});

// Protects: configuration that is wrong opens nothing and says why.
test('opening', async () => {
  await assert.rejects(Paywright.open(''), ConfigError);
  await assert.rejects(Paywright.open(), ConfigError);
  await assert.rejects(Paywright.open('sqlite::memory:', { mode: 'live', gateways: [gateways.mock()] }), { code: 'mock_in_live' });
  await assert.rejects(Paywright.open('sqlite::memory:', { clock: new Date() }), TypeError);
  await assert.rejects(Paywright.open('sqlite::memory:', { gateways: [{ secretKey: 'sk_test_1' }] }), PaywrightError);
  await assert.rejects(Paywright.open('sqlite::memory:', 5), PaywrightError);
  await assert.rejects(Paywright.open('sqlite::memory:', { seed: -1 }), { code: 'argument_range' });
  const script = "require('paywright').Paywright.fromEnv().then(async (pay) => console.log((await pay.health()).mode))";
  const environment = { ...process.env, PAYWRIGHT_DATABASE_URL: 'sqlite::memory:', PAYWRIGHT_MODE: 'development' };
  const told = execFileSync(process.execPath, ['-e', script], { cwd: new URL('..', import.meta.url), env: environment });
  assert.equal(told.toString().trim(), 'development');
});

// Protects: an engine gives its database back at the end of a block, however often it is told, after what was under way.
test('disposal', async () => {
  const pay = await open();
  const under_way = Promise.allSettled(Array.from({ length: 20 }, () => pay.createOrder({ currency: 'CNY', amount: '1.00' })));
  await pay[Symbol.asyncDispose]();
  await Promise.all([pay.close(), pay.close(), pay[Symbol.asyncDispose]()]);
  for (const { status, reason } of await under_way) assert.ok(status === 'fulfilled' || reason.code === 'store_closed', reason?.stack);
  await assert.rejects(pay.health(), { code: 'store_closed' });
});

// Protects: what holds secrets is not printed and has no form as JSON.
test('secrets are not shown', () => {
  const canary = 'sk_test_canary';
  const config = gateways.stripe({ secretKey: canary, webhookSecrets: ['whsec_canary'] });
  const shown = [inspect(config, { depth: 9, showHidden: true }), JSON.stringify(config), String(config)].join();
  assert.ok(!shown.includes('canary'), shown);
});

// Protects: waiting ends when the host says so; a call that had not begun does not begin.
test('signals', async () => {
  const pay = await open();
  const mine = new Error('mine');
  const create = (signal) => pay.createOrder({ currency: 'CNY', amount: '1.00', signal });
  await assert.rejects(create(AbortSignal.abort(mine)), (error) => error === mine);
  assert.equal((await pay.orders()).total, 0);
  const controller = new AbortController();
  const under_way = create(controller.signal);
  controller.abort(mine);
  await assert.rejects(under_way, (error) => error === mine);
  const ends = new AbortController();
  assert.equal((await create(ends.signal)).due, '1.00');
  ends.abort();
  await pay.close();
});

// Protects: a page is a promise and can be walked to the end, each item once.
test('pages', async () => {
  const pay = await open();
  for (let count = 0; count < 7; count += 1) await pay.createOrder({ currency: 'CNY', amount: '1.00' });
  const page = await pay.orders({ size: 3 });
  assert.deepEqual([page.total, page.items.length], [7, 3]);
  const seen = [];
  for await (const order of pay.orders({ size: 3 })) seen.push(order.id);
  assert.equal(new Set(seen).size, 7);
  assert.equal(seen.length, 7);
  await assert.rejects(async () => { for await (const _ of pay.orders({ size: 0 })) assert.fail(); }, { code: 'argument_range' });
  await pay.close();
});

// Protects: the feed gives each event once and in order, goes on with new ones, and ends with its signal.
test('the event feed', async () => {
  const pay = await open();
  await pay.createOrder({ currency: 'CNY', amount: '1.00' });
  const controller = new AbortController();
  const seen = [];
  const ended = (async () => {
    for await (const event of pay.eventFeed({ signal: controller.signal, intervalMs: 5 })) seen.push(event.sequence);
  })();
  while (seen.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  const before = seen.length;
  await pay.createOrder({ currency: 'CNY', amount: '1.00' });
  while (seen.length === before) await new Promise((resolve) => setTimeout(resolve, 5));
  controller.abort();
  await ended;
  assert.deepEqual(seen, [...seen].sort((a, b) => a - b));
  assert.equal(new Set(seen).size, seen.length);
  await pay.close();
});

// Protects: an event whose loop was left before it was dealt with comes again.
test('a consumer', async () => {
  const pay = await open();
  for (let count = 0; count < 3; count += 1) await pay.createOrder({ currency: 'CNY', amount: '1.00' });
  const take = async (count) => {
    const seen = [];
    for await (const event of pay.consumeEvents('shop', { intervalMs: 5 })) {
      seen.push(event.sequence);
      if (seen.length === count) break;
    }
    return seen;
  };
  const [first, second] = [await take(2), await take(1)];
  assert.equal(second[0], first[1]);
  await pay.close();
});

// Protects: many calls at once, from several workers' worth of promises, all settle and the books are right.
test('many at once', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'paywright-'));
  const pay = await Paywright.open(join(folder, 'shop.db'), { gateways: [gateways.mock()], mode: 'test' });
  await Promise.all(Array.from({ length: 64 }, async () => {
    const { id } = await pay.createOrder({ currency: 'CNY', amount: '1.00' });
    const payment = await pay.createPayment(id, {});
    const [{ headers, body }] = await pay.mockCallbacks(payment.id, 'success');
    assert.equal((await pay.handleCallback('mock', { headers, body })).outcome, 'applied');
  }));
  const report = await pay.verify();
  assert.deepEqual([report.ok, report.payments], [true, 64]);
  await pay.close();
  rmSync(folder, { recursive: true });
});

// Protects: threads with an engine each on one file: the same callback, delivered by all of them, takes effect once.
test('worker threads', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'paywright-'));
  const file = join(folder, 'shop.db');
  const pay = await Paywright.open(file, { gateways: [gateways.mock()], mode: 'test' });
  const { id } = await pay.createOrder({ currency: 'CNY', amount: '100.00' });
  const payment = await pay.createPayment(id);
  const [{ headers, body }] = await pay.mockCallbacks(payment.id, 'success');
  const source = `
    const { parentPort, workerData } = require('node:worker_threads');
    const { Paywright, gateways } = require(${JSON.stringify(require.resolve('paywright'))});
    (async () => {
      const { file, headers, body } = workerData;
      const pay = await Paywright.open(file, { gateways: [gateways.mock()], mode: 'test' });
      const outcomes = [];
      for (let time = 0; time < 5; time += 1) outcomes.push((await pay.handleCallback('mock', { headers, body })).outcome);
      await pay.close();
      parentPort.postMessage(outcomes);
    })();`;
  const outcomes = await Promise.all(Array.from({ length: 4 }, () => new Promise((resolve, reject) => {
    new Worker(source, { eval: true, workerData: { file, headers, body } }).on('message', resolve).on('error', reject);
  })));
  assert.deepEqual(outcomes.flat().sort(), [...Array(19).fill('already'), 'applied']);
  assert.equal((await pay.order(id)).paid, '100.00');
  assert.ok((await pay.verify()).ok);
  await pay.close();
  rmSync(folder, { recursive: true });
});

/** What a machine is told that has the loader and no library: its platform and architecture are what the process says they are. */
function toldOn(system, arch) {
  const place = mkdtempSync(join(tmpdir(), 'paywright-'));
  for (const name of ['native.js', 'platforms.js']) cpSync(new URL(`../lib/${name}`, import.meta.url), join(place, 'lib', name));
  const script = `
    Object.defineProperties(process, { platform: { value: '${system}' }, arch: { value: '${arch}' } });
    try { require('./lib/native.js'); } catch (error) { console.log(error.code, error.message); }`;
  const environment = { ...process.env, PAYWRIGHT_NATIVE_LIBRARY: '' };
  const told = execFileSync(process.execPath, ['-e', script], { cwd: place, env: environment }).toString();
  rmSync(place, { recursive: true });
  return told;
}

// Protects: a machine without a library is told which it is, what was looked for, and what to do; one that none is published
// for is not told to install what there is not.
test('a library that is not there', () => {
  for (const [system, arch, name, published] of [
    ['darwin', 'arm64', 'darwin-arm64', true],
    ['win32', 'x64', 'win32-x64-msvc', true],
    ['linux', 'arm64', 'linux-arm64-', true],
    ['linux', 'riscv64', 'linux-riscv64-', false],
    ['sunos', 'x64', 'sunos-x64', false],
  ]) {
    const told = toldOn(system, arch);
    for (const part of ['native_library', `library for ${name}`, `@paywright/${name}`, 'rustup.rs', 'serverExternalPackages', 'Published for: darwin-arm64']) {
      assert.ok(told.includes(part), told);
    }
    assert.equal(told.includes('--omit=optional'), published, told);
  }
});

// Protects: a library that cannot be loaded is named with the reason.
test('a library that cannot be loaded', () => {
  const place = mkdtempSync(join(tmpdir(), 'paywright-'));
  const broken = join(place, 'paywright.node');
  writeFileSync(broken, 'no library');
  // The library that was built here is not to be found.
  const script = "const fs = require('node:fs'); fs.existsSync = () => false; "
    + "try { require('./lib/native.js'); } catch (error) { console.log(error.message); }";
  const environment = { ...process.env, PAYWRIGHT_NATIVE_LIBRARY: broken };
  const told = execFileSync(process.execPath, ['-e', script], { cwd: new URL('..', import.meta.url), env: environment }).toString();
  assert.match(told, /could not be loaded/);
  assert.ok(told.includes(`${broken}: `), told);
  rmSync(place, { recursive: true });
});

// Protects: installing runs nothing but the build of a checkout, and that under no name that npm runs for dependents as well.
test('the scripts of the package', () => {
  const { scripts } = require('../package.json');
  assert.deepEqual(Object.keys(scripts), ['install', 'test', 'types']);
});

// Protects: no type is given up: the compiler knows everything that goes in and comes out.
test('no any', () => {
  const folder = new URL('..', import.meta.url);
  const declared = readdirSync(folder).filter((name) => /\.d\.m?ts$/.test(name));
  assert.ok(declared.length >= 16);
  for (const name of declared) {
    const code = readFileSync(new URL(name, folder), 'utf8').replace(/\/\*.*?\*\/|\/\/[^\n]*|'[^'\n]*'/gs, '');
    assert.doesNotMatch(code, /\bany\b/, name);
  }
});

// Protects: the same command line as in every language.
test('the command', () => {
  const told = execFileSync(process.execPath, ['bin/paywright.js', '--version'], { cwd: new URL('..', import.meta.url) });
  assert.match(told.toString(), /^paywright \d/);
});

// Protects: signing and verifying agree, and answer at once.
test('signatures', () => {
  const body = Buffer.from('{"id":"evt_1"}');
  const header = signatures.stripeSign(body, 'whsec_throwaway', 1_795_000_000);
  assert.deepEqual(signatures.stripeVerify(body, header, ['whsec_throwaway'], 1_795_000_001), { ok: true });
  assert.throws(() => signatures.stripeVerify(body, header, ['whsec_other'], 1_795_000_001), { code: 'auth_mismatch' });
});
