'use strict';
// What tests of a host need beside the engine.

const { ManualClock } = require('./lib/clock.js');
const { GatewayFailed, checkGateway } = require('./lib/conformance.js');

module.exports = { ManualClock, GatewayFailed, checkGateway };
