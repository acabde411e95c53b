// A real Next application: built as for a container and served from what Next traced, and in development with webpack. In front of
// its routes stands a proxy that reads every body.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Paywright, gateways } from 'paywright';
import { PARTNER, message } from './partner.mjs';

const SOURCE = fileURLToPath(new URL('next/', import.meta.url));
const PLACE = fileURLToPath(new URL('built/next/', import.meta.url));
const DATABASE = join(mkdtempSync(join(tmpdir(), 'paywright-next-')), 'shop.db');
const ENVIRONMENT = { ...process.env, DATABASE, PARTNER: JSON.stringify(PARTNER), NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: undefined };
const NEXT = join(PLACE, 'node_modules', 'next', 'dist', 'bin', 'next');
const { layOut } = createRequire(import.meta.url)('../scripts/packages.js');

let pay;
before(async () => {
  staged();
  const mock = gateways.mock({ checkoutBaseUrl: 'http://127.0.0.1/payments/mock-checkout' });
  pay = await Paywright.open(DATABASE, { gateways: [mock, gateways.signed({ description: PARTNER })], mode: 'development' });
});
after(async () => {
  await pay?.close();
  rmSync(join(DATABASE, '..'), { recursive: true });
});

/** The application with Next as its lock file says, and this package in the layout in which npm would install it. */
function staged() {
  mkdirSync(PLACE, { recursive: true });
  for (const name of ['.next', 'middleware.ts']) rmSync(join(PLACE, name), { recursive: true, force: true });
  cpSync(SOURCE, PLACE, { recursive: true });
  const installed = join(PLACE, 'node_modules', '.package-lock.json');
  const lock = join(SOURCE, 'package-lock.json');
  if (!existsSync(installed) || statSync(installed).mtimeMs < statSync(lock).mtimeMs) {
    const install = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
    execFileSync('npm', install, { cwd: PLACE, stdio: 'inherit', shell: process.platform === 'win32' });
  }
  for (const name of ['paywright', '@paywright']) rmSync(join(PLACE, 'node_modules', name), { recursive: true, force: true });
  layOut(join(PLACE, 'node_modules'));
}

/** A port that was free a moment ago. */
const free = () => new Promise((resolve) => {
  const server = createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});

/** Runs a server until what is done with its address is over. */
async function serving(program, use) {
  const port = String(await free());
  const [script, ...words] = program(port);
  const server = spawn(process.execPath, [script, ...words], {
    cwd: PLACE, env: { ...ENVIRONMENT, PORT: port, HOSTNAME: '127.0.0.1' }, stdio: ['ignore', 'pipe', 'pipe'],
  });
  let told = '';
  for (const stream of [server.stdout, server.stderr]) stream.on('data', (data) => { told += data; });
  const ended = new Promise((resolve) => server.once('exit', resolve));
  try {
    while (!told.includes('Ready in')) {
      assert.equal(server.exitCode, null, told);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await use(`http://127.0.0.1:${port}`);
  } catch (error) {
    error.message += `\n${told}`;
    throw error;
  } finally {
    server.kill('SIGTERM');
    await ended;
  }
}

async function created(method, customer) {
  const order = await pay.createOrder({ currency: 'CNY', amount: '100.00', customer });
  return pay.createPayment(order.id, { method, returnUrl: 'http://127.0.0.1/back' });
}

/** All that the adapter serves, over HTTP; each answer passed the proxy. */
async function used(address) {
  const fetched = async (path, options) => {
    const answer = await fetch(address + path, { redirect: 'manual', ...options });
    assert.ok(answer.headers.has('x-read'), `${path} came past the proxy`);
    return answer;
  };
  const payment = await created('partner', 'anna');
  const { headers, body } = message(payment);
  const post = (bytes) => fetched('/payments/callback/partner', { method: 'POST', headers, body: bytes });
  assert.equal((await post(Buffer.from(JSON.stringify(JSON.parse(body))))).status, 403);
  const answer = await post(body);
  assert.deepEqual([answer.status, await answer.text()], [200, '{"code":"SUCCESS"}']);
  assert.equal((await pay.payment(payment.id)).state, 'succeeded');

  const mine = { headers: { 'x-customer': 'anna' } };
  assert.equal((await (await fetched(`/payments/${payment.id}/status`, mine)).json()).status, 'success');
  assert.equal((await fetched(`/payments/${payment.id}/status`, { headers: { 'x-customer': 'bert' } })).status, 404);
  assert.ok((await (await fetched('/payments/history', mine)).json()).total >= 1);
  assert.match(await (await fetched(`/orders/${payment.orderId}`)).text(), /id="state">paid</);

  const other = await created('card', 'anna');
  const token = new URL(other.action.url).searchParams.get('token');
  assert.match(await (await fetched(`/payments/mock-checkout?token=${token}`)).text(), /100\.00/);
  const click = new URLSearchParams({ token, outcome: 'pay' });
  assert.equal((await fetched('/payments/mock-checkout', { method: 'POST', body: click })).status, 303);
  assert.equal((await pay.payment(other.id)).state, 'succeeded');
  const large = { method: 'POST', body: Buffer.alloc(2 * 1024 * 1024, 0x20) };
  assert.equal((await fetched('/payments/callback/partner', large)).status, 413);
}

// Protects: Next's own compiler takes the types; nothing is opened while it builds; what it traced is enough to run alone.
test('built and served alone', async () => {
  execFileSync(process.execPath, [NEXT, 'build'], { cwd: PLACE, env: ENVIRONMENT, stdio: ['ignore', 'ignore', 'inherit'] });
  const alone = join(PLACE, '.next', 'standalone');
  assert.ok(!existsSync(join(PLACE, 'shop.db')));
  await serving(() => [join(alone, 'server.js')], used);
});

// Protects: the other bundler, the older name of the proxy, and modules that are loaded anew while one develops.
test('in development, with webpack', async () => {
  renameSync(join(PLACE, 'proxy.ts'), join(PLACE, 'middleware.ts'));
  const text = readFileSync(join(PLACE, 'middleware.ts'), 'utf8');
  writeFileSync(join(PLACE, 'middleware.ts'), text.replace('function proxy', 'function middleware'));
  await serving((port) => [NEXT, 'dev', '--webpack', '-p', port, '-H', '127.0.0.1'], async (address) => {
    await used(address);
    const route = join(PLACE, 'app', 'payments', '[...paywright]', 'route.ts');
    writeFileSync(route, `${readFileSync(route, 'utf8')}// changed\n`);
    await used(address);
  });
});
