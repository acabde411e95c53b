// The examples as they stand: the small program, and the shop in a real browser at two widths.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { Paywright, gateways } from 'paywright';
import { WINDOWS, skip, visiting } from './visitor.mjs';

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

for (const window of Object.keys(WINDOWS)) {
  // Protects: a person can buy tea, see it paid without doing anything, and get the money back; no page is too wide.
  test(`in a browser: ${window}`, { skip }, () => visiting('shop_express', window, async ({ tab, see }) => {
    const shopping = await tab();
    await shopping.goto(address);
    await see('teas', shopping);
    await shopping.click('button[value=puer]');
    await see('order', shopping);
    await shopping.click('button[value=alipay]');
    await shopping.waitForSelector('svg');
    await see('scan', shopping);
    const checkout = await tab();
    await checkout.goto(await shopping.getAttribute('#open', 'href'));
    await see('checkout', checkout);
    await checkout.click('button[value=pay]');
    await shopping.waitForURL(/\/orders\//);
    assert.equal(await shopping.textContent('#state'), 'paid');
    await see('paid', shopping);
    await shopping.click('text=Give it back');
    await shopping.waitForSelector('#state');
    assert.equal(await shopping.textContent('#state'), 'refunded');
    await see('refunded', shopping);
    assert.equal(await shopping.getByText('Give it back').count(), 0);
    assert.ok((await pay.verify()).ok);
  }));
}

// Protects: the small program does what it says, and nothing is left open that would keep it from ending.
test('checkout.mjs', () => {
  const source = readFileSync(new URL('../../examples/node/checkout.mjs', import.meta.url), 'utf8');
  // It imports the package by its name, which from here is this one.
  const told = execFileSync(process.execPath, ['--input-type=module', '--eval', source], { cwd: folder, timeout: 60_000 });
  assert.match(told.toString(), /^the payer goes to https?:\S+\nthe order is paid and the books are right\n$/);
});

// Protects: amounts are text: nowhere in the examples does one become a number.
test('no amount becomes a number', () => {
  for (const name of ['checkout.mjs', 'shop_express/shop.mts']) {
    const source = readFileSync(new URL(`../../examples/node/${name}`, import.meta.url), 'utf8');
    assert.doesNotMatch(source, /Number\(|parseFloat|parseInt|toFixed|Math\./, name);
  }
});

// Protects: `npm install` in a fresh clone changes no file: what the shop's lock says of this package is so.
test('the lock of the shop', () => {
  const read = (path) => JSON.parse(readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8'));
  const { packages } = read('examples/node/shop_express/package-lock.json');
  const { devDependencies, version } = read('bindings-node/package.json');
  const said = packages['../../../bindings-node'];
  assert.deepEqual([said.devDependencies, said.version], [devDependencies, version]);
  assert.deepEqual(Object.values(packages).filter(({ resolved }) => resolved && resolved !== '../../../bindings-node'), []);
});
