'use strict';
// `make npm`: packs the packages, and tries them as somebody who installs them: in an empty project, with no compiler within
// reach and nothing from a network.

const assert = require('node:assert/strict');
const { execFileSync, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { pack } = require('./packages.js');

const root = path.join(__dirname, '..');
const windows = process.platform === 'win32';

/** What may be in the main package: what is loaded, types, and what people read. */
const OURS = /^(package\.json|README\.md|LICENSE[\w-]*|[a-z]+\.(js|mjs|d\.ts|d\.mts)|lib\/[a-z]+\.js|bin\/paywright\.js)$/;
const LIBRARYS = /^(package\.json|README\.md|LICENSE[\w-]*|paywright\.node)$/;

const SMOKE = `
  const pay = await Paywright.open('sqlite::memory:', { gateways: [gateways.mock()], mode: 'test' });
  const order = await pay.createOrder({ currency: 'CNY', amount: '100.00' });
  const payment = await pay.createPayment(order.id);
  const [{ headers, body }] = await pay.mockCallbacks(payment.id, 'success');
  const { outcome } = await pay.handleCallback('mock', { headers, body });
  await pay.close();
  console.log(outcome);`;
const PROGRAMS = {
  'smoke.mjs': `import { Paywright, gateways } from 'paywright';\nimport 'paywright/next';\n${SMOKE}`,
  'smoke.cjs': `const { Paywright, gateways } = require('paywright');\nrequire('paywright/express');\n(async () => {${SMOKE}})();`,
};
const TYPED = {
  'typed.mts': `import { Paywright, gateways } from 'paywright';
    import type { Order } from 'paywright';
    import { payments } from 'paywright/express';
    import { ManualClock } from 'paywright/testing';
    import { Gateway } from 'paywright/gateway';
    const pay = await Paywright.open('x', { gateways: [gateways.mock()], clock: new ManualClock(new Date()) });
    const order: Order = await pay.createOrder({ currency: 'CNY', amount: '1.00' });
    // @ts-expect-error an amount is no number
    void pay.createOrder({ currency: 'CNY', amount: 1 });
    export const all: unknown[] = [order, payments(pay), Gateway];`,
  'typed.cts': `import paywright = require('paywright');
    import next = require('paywright/next');
    export = [paywright.signatures, next.payments];`,
};

/** An empty project, and the environment of somebody who has Node and npm and nothing else. */
function project() {
  const place = fs.mkdtempSync(path.join(os.tmpdir(), 'paywright-npm-'));
  const programs = path.join(place, 'programs');
  fs.mkdirSync(programs);
  fs.writeFileSync(path.join(place, 'package.json'), '{ "private": true }\n');
  if (windows) return { place, environment: process.env };
  for (const name of ['npm', 'npx']) fs.symlinkSync(fs.realpathSync(found(name)), path.join(programs, name));
  fs.symlinkSync(process.execPath, path.join(programs, 'node'));
  fs.symlinkSync('/bin/sh', path.join(programs, 'sh'));
  return { place, environment: { ...process.env, PATH: programs } };
}

const found = (name) => process.env.PATH.split(path.delimiter).map((folder) => path.join(folder, name))
  .find((file) => fs.existsSync(file));

function told({ place, environment }, program, ...words) {
  const options = { cwd: place, env: environment, encoding: 'utf8', shell: windows };
  return execFileSync(program, words, options).trim();
}

function install(into, ...tarballs) {
  told(into, 'npm', 'install', '--offline', '--no-audit', '--no-fund', '--loglevel=error', ...tarballs);
}

/** Everything that a reader of the first page would try. */
function works(into) {
  for (const [name, text] of Object.entries(PROGRAMS)) {
    fs.writeFileSync(path.join(into.place, name), text);
    assert.equal(told(into, 'node', name), 'applied', name);
    console.log(`${name}: applied`);
  }
  console.log(told(into, 'npx', '--no-install', 'paywright', '--version'));
  for (const [name, text] of Object.entries(TYPED)) fs.writeFileSync(path.join(into.place, name), text);
  const typescript = path.join(root, 'node_modules', 'typescript');
  const options = ['--strict', '--noEmit', '--exactOptionalPropertyTypes', '--module', 'nodenext', '--target', 'es2023',
    '--lib', 'es2023,esnext.disposable', '--types', 'node', '--typeRoots', path.join(root, 'node_modules', '@types')];
  told(into, 'node', path.join(typescript, 'bin', 'tsc'), ...options, ...Object.keys(TYPED));
  console.log(`tsc ${require(path.join(typescript, 'package.json')).version} --strict: no complaint`);
}

/** The main package alone, as `npm install --omit=optional` leaves it. */
function saysWhatIsMissing(into) {
  const { status, stderr } = spawnSync(process.execPath, ['-e', "require('paywright')"], { cwd: into.place, encoding: 'utf8' });
  assert.notEqual(status, 0);
  for (const part of ['native_library', '--omit=optional', `@paywright/${process.platform}`]) assert.ok(stderr.includes(part), stderr);
  console.log('without the library: says so');
}

const [main, library] = pack(path.join(root, 'dist'));
assert.deepEqual(main.files.filter((file) => !OURS.test(file)), [], 'the main package holds what nobody needs');
assert.deepEqual(library.files.filter((file) => !LIBRARYS.test(file)), [], 'the library\'s package holds what nobody needs');
const { scripts } = JSON.parse(fs.readFileSync(path.join(root, 'dist', 'packages', 'paywright', 'package.json'), 'utf8'));
assert.equal(scripts, undefined, 'the published package runs scripts when it is installed');
for (const [tarballs, look] of [[[main, library], works], [[main], saysWhatIsMissing]]) {
  const into = project();
  install(into, ...tarballs.map(({ tarball }) => tarball));
  look(into);
  fs.rmSync(into.place, { recursive: true });
}
