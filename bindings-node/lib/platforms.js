'use strict';
// The platforms that packages with a compiled library are published for, and how this machine is called among them.

const fs = require('node:fs');

const PLATFORMS = ['darwin-arm64', 'darwin-x64', 'linux-arm64-gnu', 'linux-arm64-musl', 'linux-x64-gnu', 'linux-x64-musl',
  'win32-x64-msvc'];

/** Whether this Node runs on musl: by the loader that it names itself, since a system may have those of both. */
function onMusl() {
  const head = Buffer.alloc(4096);
  const file = fs.openSync(process.execPath, 'r');
  try {
    fs.readSync(file, head, 0, head.length, 0);
  } finally {
    fs.closeSync(file);
  }
  return head.includes('/ld-musl-');
}

function platform() {
  const { platform: system, arch } = process;
  if (system === 'win32') return `${system}-${arch}-msvc`;
  if (system !== 'linux') return `${system}-${arch}`;
  return `${system}-${arch}-${onMusl() ? 'musl' : 'gnu'}`;
}

module.exports = { PLATFORMS, platform };
