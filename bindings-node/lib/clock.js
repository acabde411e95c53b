'use strict';
// A clock for tests that stands still until it is told to move.

const native = require('./native.js');
const { opened } = require('./errors.js');

class ManualClock {
  #clock;

  constructor(now) {
    this.#clock = opened(native.clock(now));
  }

  get now() {
    return opened(native.clockNow(this.#clock));
  }

  set(now) {
    opened(native.clockSet(this.#clock, now));
  }

  advance(seconds) {
    opened(native.clockAdvance(this.#clock, seconds));
  }

  /** What crosses into the library. */
  static handed(clock) {
    if (clock === undefined || clock === null) return undefined;
    if (!(clock instanceof ManualClock)) throw new TypeError('clock must be a ManualClock of `paywright/testing`');
    return clock.#clock;
  }
}

module.exports = { ManualClock, clockOf: ManualClock.handed };
