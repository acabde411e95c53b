import adapter from './next.js';

export const { payments, handler } = adapter;
