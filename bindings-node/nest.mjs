import adapter from './nest.js';

export const { install } = adapter;
