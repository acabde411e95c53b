'use strict';
// Finds the compiled library, or says in one error what is missing and what to do about it. It builds nothing.

const fs = require('node:fs');
const path = require('node:path');
const { PLATFORMS, platform } = require('./platforms.js');

function missing(tried, causes) {
  const here = platform();
  const remedy = PLATFORMS.includes(here)
    ? 'install without `--omit=optional`, and on the kind of machine on which it runs; or build it there'
    : 'build it on this machine';
  const error = new Error([
    `Paywright's compiled library for ${here} (Node ${process.versions.node}) was not found or could not be loaded.`,
    `To mend it, ${remedy}: with Rust installed (https://rustup.rs), \`npm rebuild paywright\` in a checkout builds it.`,
    "A bundler must leave the package out: in Next with `serverExternalPackages: ['paywright']`, and `outputFileTracingIncludes` where "
      + 'only what is traced is copied.',
    `Published for: ${PLATFORMS.join(', ')}.`,
    ...tried.map((place, index) => `  ${place}: ${causes[index]}`),
  ].join('\n'));
  error.code = 'native_library';
  throw error;
}

function load() {
  const built = path.join(__dirname, '..', 'paywright.node');
  const tried = [];
  const causes = [];
  const places = [process.env.PAYWRIGHT_NATIVE_LIBRARY, fs.existsSync(built) ? built : undefined,
    `@paywright/${platform()}`];
  for (const place of places.filter(Boolean)) {
    try {
      return require(place);
    } catch (error) {
      tried.push(place);
      causes.push(String(error.message).split('\n')[0]);
    }
  }
  return missing(tried, causes);
}

module.exports = load();
