'use strict';
// `npm install` of a checkout runs this: it needs Rust and no package of npm. A package with its library built in, and the
// published layout, never come here to build.

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const root = path.join(__dirname, '..');
const place = path.join(root, 'paywright.node');

const KINDS = new Map([
  ['--release', ['--release']],
  // For the tests of this package, one of which makes the engine panic.
  ['--testing', ['--features', 'testing']],
  // For npm: small, and minutes slower to build.
  ['--published', ['--profile', 'npm']],
]);

function build(kind) {
  const command = ['build', '--locked', '-p', 'paywright-node', '--message-format=json-render-diagnostics', ...kind];
  const told = execFileSync('cargo', command, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 1 << 28 });
  const artifact = told.toString().split('\n').filter(Boolean).map((line) => JSON.parse(line))
    .filter((message) => message.reason === 'compiler-artifact' && message.target.name === 'paywright_node')
    .flatMap((message) => message.filenames)
    .find((file) => /\.(so|dylib|dll)$/.test(file));
  if (!artifact) throw new Error('cargo built no library');
  // A new file, not the old one overwritten: a process that still has the old one mapped goes on unharmed.
  fs.rmSync(place, { force: true });
  fs.copyFileSync(artifact, place);
}

const isCheckout = fs.existsSync(path.join(root, 'Cargo.toml'));
if (isCheckout && !process.env.PAYWRIGHT_SKIP_BUILD) {
  try {
    const [, , kind = '--release'] = process.argv;
    build(KINDS.get(kind));
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    console.error('Rust is needed to build Paywright and `cargo` was not found: install it from https://rustup.rs.');
    process.exitCode = 1;
  }
}
