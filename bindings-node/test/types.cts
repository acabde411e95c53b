// The same types from CommonJS. It is compiled, never run.

import paywright = require('paywright');
import testing = require('paywright/testing');

const pay: Promise<paywright.Paywright> = paywright.Paywright.open('shop.db', { gateways: [paywright.gateways.mock()] });
const clock = new testing.ManualClock(new Date());
export = { pay, clock };
