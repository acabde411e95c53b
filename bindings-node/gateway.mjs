import gateway from './gateway.js';

export const { Gateway, Refusal } = gateway;
