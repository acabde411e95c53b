'use strict';
// The engine as JavaScript sees it: a method for each of the table, promises of what they answer, and the things that are
// JavaScript's own. It decides nothing about payments.

const native = require('./native.js');
const { bytesOf } = require('./body.js');
const { opened } = require('./errors.js');
const { handed } = require('./gateways.js');
const { Gateway, handed: ownHanded } = require('../gateway.js');
const { follow, paged } = require('./feed.js');
const values = require('./values.js');
const { clockOf } = require('./clock.js');

if (typeof Symbol.asyncDispose !== 'symbol') {
  // As Node itself defines it where it is not part of the language yet.
  Object.defineProperty(Symbol, 'asyncDispose', { value: Symbol('Symbol.asyncDispose') });
}

/** The methods that are given what a gateway posted. */
const CALLBACKS = new Set(['handleCallback', 'verifyCallback']);

/** What an engine is opened with, as the library takes it. */
function settings(given) {
  if (given === null || typeof given !== 'object') return [given];
  const { clock, ...others } = given;
  let own = [];
  if (Array.isArray(others.gateways)) {
    own = others.gateways.filter((one) => one instanceof Gateway).map(ownHanded);
    others.gateways = others.gateways.filter((one) => !(one instanceof Gateway)).map(handed);
  }
  if (Array.isArray(others.flows)) others.flows = others.flows.map(values.json);
  return [others, clockOf(clock), own.map(([fixed]) => fixed), own.map(([, ask]) => ask)];
}

class Paywright {
  #engine;

  constructor(engine, key) {
    if (key !== native) throw new TypeError('an engine is made with `await Paywright.open(…)`');
    this.#engine = engine;
  }

  static async open(database, options = {}) {
    // Without an address the environment would be read; who wants that says so.
    return new Paywright(opened(await native.open(database ?? '', ...settings(options))), native);
  }

  static async fromEnv(options = {}) {
    return new Paywright(opened(await native.open(undefined, ...settings(options))), native);
  }

  get warnings() {
    return opened(native.warnings(this.#engine));
  }

  async close() {
    opened(await native.close(this.#engine));
  }

  async [Symbol.asyncDispose]() {
    await this.close();
  }

  async deliverEvents(consumer, handler, { limit, signal } = {}) {
    const events = await this.nextEvents(consumer, { limit, signal });
    for (const event of events) {
      signal?.throwIfAborted();
      await handler(event);
      await this.acknowledgeEvents(consumer, event.sequence);
    }
    return events.length;
  }

  async *eventFeed({ after, ...options } = {}) {
    let last = after;
    const next = () => this.events({ after: last, signal: options.signal });
    for await (const event of follow(next, options)) {
      last = event.sequence;
      yield event;
    }
  }

  async *consumeEvents(consumer, options = {}) {
    const next = () => this.nextEvents(consumer, { limit: options.limit, signal: options.signal });
    for await (const event of follow(next, options)) {
      yield event;
      // The loop came back for the next one: this one was dealt with.
      await this.acknowledgeEvents(consumer, event.sequence);
    }
  }

  /** Calls a method of the table; where a page is named, for that one. */
  async #call({ method, place, name }, given, page) {
    if (CALLBACKS.has(name)) bytesOf(given[place.length]);
    const { asked, signal } = merged(place, given);
    if (page !== undefined) asked.page = page;
    if (signal === undefined) return opened(await native.call(this.#engine, method, asked));
    signal.throwIfAborted();
    const ticket = opened(native.ticket());
    const { promise: aborted, reject } = Promise.withResolvers?.() ?? resolvers();
    const abort = () => {
      native.giveUp(ticket);
      reject(signal.reason);
    };
    signal.addEventListener('abort', abort, { once: true });
    try {
      return opened(await Promise.race([native.call(this.#engine, method, asked, ticket), aborted]));
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  static {
    for (const row of native.surface.methods) {
      const call = function (...given) {
        const promise = this.#call(row, given);
        return row.paged ? paged(promise, (page) => this.#call(row, given, page)) : promise;
      };
      const { name } = row;
      Object.defineProperty(call, 'name', { value: name });
      Object.defineProperty(Paywright.prototype, name, { value: call, writable: true, configurable: true });
    }
  }
}

/** For Node below 22. */
function resolvers() {
  const made = {};
  made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }));
  return made;
}

/** The arguments that have a place, and those of the last object, as one. */
function merged(place, given) {
  const last = given[place.length] ?? {};
  // What is no object goes on as it is: the library says what is wrong with it.
  if (typeof last !== 'object' || Array.isArray(last)) return { asked: last };
  const { signal, ...asked } = last;
  place.forEach((argument, index) => {
    asked[argument] = given[index];
  });
  if (asked.headers) asked.headers = values.headers(asked.headers);
  if (asked.gateway && typeof asked.gateway === 'object') asked.gateway = handed(asked.gateway);
  return { asked, signal: signal ?? undefined };
}

module.exports = { Paywright };
