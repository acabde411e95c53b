import testing from './testing.js';

export const { ManualClock } = testing;
