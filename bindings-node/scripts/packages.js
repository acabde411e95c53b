'use strict';
// Lays out the packages as they are published. The main one has no install script and names one package for each platform as
// optional; a platform's package is one compiled library, stripped. It builds nothing.

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const root = path.join(__dirname, '..');
const described = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));
const { PLATFORMS, platform } = require('../lib/platforms.js');

/** A stripped library is no larger: everybody who installs the package loads it. */
const LIBRARY_BYTES_MAX = 8 * 1024 * 1024;

function write(folder, name, content) {
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, name), typeof content === 'string' ? content : `${JSON.stringify(content, null, 2)}\n`);
}

function licensed(folder) {
  const above = path.join(root, '..');
  for (const name of fs.readdirSync(above).filter((one) => one.startsWith('LICENSE'))) {
    fs.copyFileSync(path.join(above, name), path.join(folder, name));
  }
}

/** A platform's package, without its library. */
function forPlatform(packages, name) {
  const [os, cpu, libc] = name.split('-');
  const folder = path.join(packages, '@paywright', name);
  write(folder, 'package.json', {
    name: `@paywright/${name}`,
    version: described.version,
    description: `The compiled library of Paywright for ${name}`,
    license: described.license,
    main: 'paywright.node',
    files: ['paywright.node', 'LICENSE*'],
    os: [os],
    cpu: [cpu],
    ...(os === 'linux' ? { libc: [libc === 'gnu' ? 'glibc' : 'musl'] } : {}),
    engines: described.engines,
  });
  licensed(folder);
  write(folder, 'README.md', `# @paywright/${name}\n\nThe compiled library of \`paywright\` for ${name}, which installs it by itself.\n`);
  return folder;
}

/** The main package: everything but the library, and nothing that only a checkout needs. */
function main(packages) {
  const folder = path.join(packages, 'paywright');
  const { scripts: _, devDependencies: __, '// devDependencies': ___, ...published } = described;
  write(folder, 'package.json', {
    ...published,
    files: [...published.files.filter((name) => !name.endsWith('.node') && name !== 'scripts/'), 'LICENSE*'],
    optionalDependencies: Object.fromEntries(PLATFORMS.map((name) => [`@paywright/${name}`, described.version])),
  });
  for (const name of fs.readdirSync(root)) {
    const isOurs = /\.(js|mjs|d\.ts|d\.mts|md)$/.test(name) || ['lib', 'bin'].includes(name);
    if (isOurs) fs.cpSync(path.join(root, name), path.join(folder, name), { recursive: true });
  }
  licensed(folder);
  return folder;
}

/** Lays out the main package and this machine's in a folder, as `npm install` would; answers with both places. */
function layOut(packages) {
  const places = [main(packages), forPlatform(packages, platform())];
  fs.copyFileSync(path.join(root, 'paywright.node'), path.join(places[1], 'paywright.node'));
  return places;
}

/** Strips what a linker left; on other systems the compiler has done so, and on macOS another change would break the signature. */
function stripped(library) {
  try {
    if (process.platform === 'linux') execFileSync('strip', ['--strip-unneeded', library], { stdio: 'inherit' });
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
  const { size } = fs.statSync(library);
  if (size > LIBRARY_BYTES_MAX) throw new Error(`the library has ${size} bytes; ${LIBRARY_BYTES_MAX} are the most`);
  return size;
}

/** Packs both; what npm would publish is printed file by file. */
function pack(dist) {
  fs.rmSync(dist, { recursive: true, force: true });
  const places = layOut(path.join(dist, 'packages'));
  console.log(`${platform()}: ${(stripped(path.join(places[1], 'paywright.node')) / 1e6).toFixed(2)} MB`);
  return places.map((place) => {
    const told = execFileSync('npm', ['pack', '--json', '--pack-destination', dist, place], { shell: process.platform === 'win32' });
    // Newer versions of npm answer with an object by name, older ones with a list.
    const [packed] = Object.values(JSON.parse(told));
    const { filename, size, files } = packed;
    console.log(`${filename}: ${(size / 1e6).toFixed(2)} MB: ${files.map((file) => file.path).join(' ')}`);
    return { tarball: path.join(dist, filename), files: files.map((file) => file.path) };
  });
}

module.exports = { layOut, pack };

if (require.main === module) pack(path.join(root, 'dist'));
