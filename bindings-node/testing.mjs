import testing from './testing.js';

export const { ManualClock, GatewayFailed, checkGateway } = testing;
