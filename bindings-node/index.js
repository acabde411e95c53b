'use strict';
// Paywright for Node. This is the one implementation; `index.mjs` only hands it on, so that classes are the same in both.

const { classes } = require('./lib/errors.js');
const { gateways } = require('./lib/gateways.js');
const { Paywright } = require('./lib/paywright.js');
const functions = require('./lib/functions.js');

module.exports = { Paywright, gateways, ...functions, ...classes };
