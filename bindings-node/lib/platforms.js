'use strict';
// The platforms that packages with a compiled library are published for, and how this machine is called among them.

const PLATFORMS = ['darwin-arm64', 'darwin-x64', 'linux-arm64-gnu', 'linux-arm64-musl', 'linux-x64-gnu', 'linux-x64-musl',
  'win32-x64-msvc'];

function platform() {
  const { platform: system, arch } = process;
  if (system === 'win32') return `${system}-${arch}-msvc`;
  if (system !== 'linux') return `${system}-${arch}`;
  // A file that only musl has is quicker to look for than a report of the process is to make.
  const musl = require('node:fs').existsSync(`/lib/ld-musl-${arch === 'x64' ? 'x86_64' : 'aarch64'}.so.1`);
  return `${system}-${arch}-${musl ? 'musl' : 'gnu'}`;
}

module.exports = { PLATFORMS, platform };
