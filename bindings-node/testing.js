'use strict';
// What tests of a host need beside the engine.

const { ManualClock } = require('./lib/clock.js');

module.exports = { ManualClock };
