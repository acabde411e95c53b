'use strict';
// Nest, on Express or Fastify: `await install(app, '/payments', pay)` before `app.listen`. It stands before Nest's own body
// parser and keeps the bytes from it.

const express = require('./express.js');
const fastify = require('./fastify.js');

const FIX = 'call `await install(app, …)` before `app.useBodyParser(…)` and other middleware, or create the application with '
  + '`NestFactory.create(…, { rawBody: true })`.';

async function install(app, path, pay, options = {}) {
  const adapter = app.getHttpAdapter();
  if (adapter.getType() === 'fastify') {
    await adapter.getInstance().register(fastify.payments(pay, options), { prefix: path });
    return;
  }
  app.use(path, express.payments(pay, options, FIX));
}

module.exports = { install };
