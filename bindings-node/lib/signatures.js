'use strict';
// Signatures of payment providers, made and verified without an engine, at once.

const native = require('./native.js');
const { opened } = require('./errors.js');
const values = require('./values.js');

const READ = { Headers: values.headers, Json: values.json };
const signatures = {};

for (const { function: of, name, given } of native.surface.functions) {
  const call = native.signatures[of];
  const rewritten = given.map((kind, index) => [index, READ[kind]]).filter(([, read]) => read);
  const takesHeaders = of.startsWith('hmac_callback_verify');
  signatures[name] = (...handed) => {
    for (const [index, read] of rewritten) handed[index] = read(handed[index]);
    if (takesHeaders && handed[given.length]?.headers) {
      handed[given.length] = { ...handed[given.length], headers: values.headers(handed[given.length].headers) };
    }
    return opened(call(...handed));
  };
}

module.exports = Object.freeze(signatures);
