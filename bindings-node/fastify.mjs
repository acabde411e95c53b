import adapter from './fastify.js';

export const { payments } = adapter;
