import adapter from './express.js';

export const { payments, keepRawBody } = adapter;
