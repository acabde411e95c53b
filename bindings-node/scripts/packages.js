'use strict';
// `make npm`: lays out the packages as they are published. The main one has no install script and names one package for each
// platform as optional; a platform's package is one compiled library. Only this machine's library is built here.

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const root = path.join(__dirname, '..');
const dist = path.join(root, 'dist');
const described = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));
const { PLATFORMS, platform } = require('../lib/platforms.js');

function write(folder, name, content) {
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, name), typeof content === 'string' ? content : `${JSON.stringify(content, null, 2)}\n`);
}

function packed(folder) {
  execFileSync('npm', ['pack', '--silent', '--pack-destination', dist, folder], { stdio: 'inherit' });
}

/** A platform's package, without its library. */
function forPlatform(name) {
  const [os, cpu, libc] = name.split('-');
  const folder = path.join(dist, 'packages', name);
  write(folder, 'package.json', {
    name: `@paywright/${name}`,
    version: described.version,
    description: `The compiled library of Paywright for ${name}`,
    license: described.license,
    main: 'paywright.node',
    files: ['paywright.node'],
    os: [os],
    cpu: [cpu],
    ...(os === 'linux' ? { libc: [libc === 'gnu' ? 'glibc' : 'musl'] } : {}),
    engines: described.engines,
  });
  return folder;
}

fs.rmSync(dist, { recursive: true, force: true });
const folders = new Map(PLATFORMS.map((name) => [name, forPlatform(name)]));
const built = path.join(root, 'paywright.node');
fs.copyFileSync(built, path.join(folders.get(platform()), 'paywright.node'));

const main = path.join(dist, 'packages', 'paywright');
const { scripts: _, devDependencies: __, ...published } = described;
const optional = Object.fromEntries(PLATFORMS.map((name) => [`@paywright/${name}`, described.version]));
write(main, 'package.json', {
  ...published,
  files: published.files.filter((name) => !name.endsWith('.node') && name !== 'scripts/'),
  optionalDependencies: optional,
});
for (const name of fs.readdirSync(root)) {
  const isOurs = /\.(js|mjs|d\.ts|d\.mts|md)$/.test(name) || ['lib', 'bin'].includes(name);
  if (isOurs) fs.cpSync(path.join(root, name), path.join(main, name), { recursive: true });
}
packed(main);
packed(folders.get(platform()));
