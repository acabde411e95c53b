'use strict';
// What can be asked without an engine, at once: a module for each of the table's.

const native = require('./native.js');
const { refuse } = require('./errors.js');
const values = require('./values.js');

const READ = { Headers: values.headers, Json: values.json };
/** Records of one field, written out: one with a computed name costs as much as reading the arguments. */
const WHOLE = { ok: (ok) => ({ ok }) };
const modules = {};

for (const { function: of, module: home, name, given, onlyField } of native.surface.functions) {
  const call = native.functions[of];
  const whole = onlyField === null ? (found) => found : WHOLE[onlyField] ?? ((found) => ({ [onlyField]: found }));
  const rewritten = given.map((kind, index) => [index, READ[kind]]).filter(([, read]) => read);
  modules[home] ??= {};
  modules[home][name] = (...handed) => {
    for (const [index, read] of rewritten) handed[index] = read(handed[index]);
    const options = handed[given.length];
    if (options?.headers) handed[given.length] = { ...options, headers: values.headers(options.headers) };
    return whole(Reflect.apply(call, refuse, handed));
  };
}

for (const one of Object.values(modules)) Object.freeze(one);

module.exports = modules;
