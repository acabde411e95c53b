import adapter from './hono.js';

export const { payments } = adapter;
