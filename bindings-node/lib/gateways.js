'use strict';
// A function for each gateway of the table. What it makes holds secrets: it is not printed, and has no form as JSON.

const native = require('./native.js');
const { inspect } = require('node:util');

/** A name of the table as a function is called here: `PayPal` is `payPal`. */
const spelled = (name) => name[0].toLowerCase() + name.slice(1);

class GatewayConfiguration {
  #gateway;
  #fields;

  constructor(gateway, fields) {
    this.#gateway = gateway;
    this.#fields = { ...fields };
    if (typeof this.#fields.description === 'object') this.#fields.description = JSON.stringify(this.#fields.description);
  }

  /** What crosses into the library. */
  static handed(one) {
    return one instanceof GatewayConfiguration ? { gateway: one.#gateway, fields: one.#fields } : one;
  }

  toJSON() {
    return { gateway: this.#gateway };
  }

  [inspect.custom]() {
    return `gateways.${spelled(this.#gateway)}([redacted])`;
  }
}

const gateways = {};
for (const name of native.surface.gateways) {
  gateways[spelled(name)] = (fields = {}) => new GatewayConfiguration(name, fields);
}

module.exports = { gateways: Object.freeze(gateways), handed: GatewayConfiguration.handed };
