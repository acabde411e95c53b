// Plays scenario files through the typed API. It compares; the engine decides.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Paywright, PaywrightError, gateways } from 'paywright';
import { ManualClock } from 'paywright/testing';

export const ROOT = new URL('../../', import.meta.url);
export const read = (path) => JSON.parse(readFileSync(new URL(path, ROOT), 'utf8'));
const SURFACE = read('tests/surface.json');
export const METHODS = new Map(SURFACE.methods.map((method) => [method.name, method]));
const MADE = new Map(Object.entries(gateways).map(([name, make]) => [name.toLowerCase(), make]));
const FIELDS = new Map(SURFACE.inputs.map((record) => [record.name, new Map(record.fields.map((f) => [f.name, f.type]))]));

export const camel = (name) => name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());
const snake = (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const isObject = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);
const spelled = (fields) => Object.fromEntries(Object.entries(fields).map(([name, value]) => [camel(name), value]));

/** The configuration of a gateway: one member, its name, with the fields. */
function configured(config) {
  const [[name, fields]] = Object.entries(config);
  return MADE.get(name.replaceAll('_', ''))(spelled(fields));
}

/** A value of a scenario as a host would hand it in. */
function handed(kind, value) {
  if (kind === 'Time') return new Date(value);
  if (kind === 'Gateway') return configured(value);
  if (kind === 'Bytes') return typeof value === 'string' ? Buffer.from(value) : value;
  const [, outer, of] = /^(List|Optional)<(\w+)>$/.exec(kind) ?? [];
  if (outer === 'List' && Array.isArray(value)) return value.map((item) => handed(of, item));
  if (outer === 'Optional') return value === null ? null : handed(of, value);
  const fields = FIELDS.get(kind);
  if (!fields || !isObject(value)) return value;
  return spelled(Object.fromEntries(Object.entries(value).map(([name, item]) => [name, handed(fields.get(name), item)])));
}

/** A result as the scenario files write it. What a map of the host's own is called stays as it is. */
function plain(value, ours = true) {
  if (value instanceof Date) return value.toISOString().replace('.000Z', 'Z');
  if (Buffer.isBuffer(value)) return value.toString();
  if (Array.isArray(value)) return value.map((item) => plain(item));
  if (!isObject(value)) return value;
  const own = ['metadata', 'detail', 'details', 'headers', 'parameters'];
  return Object.fromEntries(Object.entries(value)
    .map(([name, item]) => [ours ? snake(name) : name, plain(item, ours && !own.includes(name))]));
}

/** What stands at `name.0.name`; after `?`, the parameter of the address that stands there. */
function part(value, path) {
  const [names, parameter] = path.split('?');
  const found = names.split('.').filter(Boolean).reduce((of, name) => of[name], value);
  return parameter ? new RegExp(`[?&]${parameter}=([^&]*)`).exec(found)[1] : found;
}

function compare(path, expected, found) {
  if (isObject(expected) && isObject(found)) {
    for (const [name, value] of Object.entries(expected)) {
      assert.ok(name in found, `${path}.${name}: there is no such member`);
      compare(`${path}.${name}`, value, found[name]);
    }
  } else if (Array.isArray(expected) && Array.isArray(found) && expected.length === found.length) {
    expected.forEach((value, index) => compare(`${path}.${index}`, value, found[index]));
  } else {
    assert.deepEqual(found, expected, path);
  }
}

/** A scenario under way. */
class Story {
  saved = {};

  filled(value) {
    if (typeof value === 'string' && value.startsWith('$')) return this.saved[value.slice(1)];
    if (Array.isArray(value)) return value.map((item) => this.filled(item));
    if (!isObject(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, this.filled(item)]));
  }

  async call(name, given = {}) {
    const method = METHODS.get(name);
    const filled = this.filled(given);
    const values = Object.fromEntries([...method.place, ...method.named, ...method.left_out]
      .filter((argument) => argument.name in filled)
      .map((argument) => [argument.name, handed(argument.type, filled[argument.name])]));
    const place = method.place.map((argument) => values[argument.name]);
    method.place.forEach((argument) => delete values[argument.name]);
    return plain(await this.pay[camel(name)](...place, spelled(values)));
  }

  async step(step) {
    if ('advance' in step) return this.clock.advance(step.advance);
    if ('set_clock' in step) return this.clock.set(new Date(step.set_clock));
    if ('refused' in step) return this.refused(step);
    const result = await this.call(step.call, step.with);
    compare('expect', this.filled(step.expect ?? result), result);
    for (const [name, path] of Object.entries(step.save ?? {})) this.saved[name] = part(result, path);
  }

  async refused(step) {
    const result = await this.call(step.call, step.with).catch((error) => error);
    assert.ok(result instanceof PaywrightError, `expected the refusal ${step.refused}, got ${result.stack ?? result}`);
    assert.equal(result.code, step.refused, result.message);
    if (step.details) compare('details', this.filled(step.details), result.details);
    if (step.reply) compare('reply', this.filled(step.reply), plain(result.reply));
  }

  async play(file) {
    this.clock = new ManualClock(new Date(file.clock ?? '2026-01-01T00:00:00Z'));
    this.pay = await Paywright.open('sqlite::memory:', {
      gateways: (file.gateways ?? [{ mock: {} }]).map(configured),
      mode: file.mode ?? 'test',
      flows: file.flows ?? [],
      webhooks: (file.webhooks ?? []).map(spelled),
      clock: this.clock,
      seed: file.seed ?? 1,
    });
    for (const [index, step] of file.steps.entries()) {
      try {
        await this.step(step);
      } catch (error) {
        error.message = `step ${index + 1} (${step.call}): ${error.message}`;
        throw error;
      }
    }
    if (file.verify ?? true) assert.deepEqual((await this.pay.verify()).violations, []);
    await this.pay.close();
  }
}

export const play = (file) => new Story().play(file);
