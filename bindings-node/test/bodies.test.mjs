// What hosts hand over when they have no bytes any more: requests of real frameworks, parsed bodies, streams. Each is refused
// with the same code and a sentence for the framework at hand.

import 'reflect-metadata';
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { Readable } from 'node:stream';
import { after, before, test } from 'node:test';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import express from 'express';
import fastify from 'fastify';
import { Hono } from 'hono';
import { InvalidInput, Paywright, gateways } from 'paywright';

let pay;
before(async () => {
  pay = await Paywright.open('sqlite::memory:', { gateways: [gateways.mock()], mode: 'test' });
});
after(() => pay.close());

/** The refusal of what is handed over. */
async function refusal(given) {
  const error = await pay.handleCallback('mock', given).then(() => assert.fail('it was taken'), (caught) => caught);
  assert.ok(error instanceof InvalidInput, error.stack);
  assert.deepEqual([error.code, error.httpStatus], ['body_type', 400]);
  assert.match(error.messageZh, /[一-龥]/);
  return error.message;
}

const posted = (port, body = '{"a":1}') => fetch(`http://127.0.0.1:${port}/`, {
  method: 'POST', headers: { 'content-type': 'application/json' }, body,
});

/** The refusals that a handler of an application met, which answered with them. */
async function told(listen) {
  const [port, stop] = await listen();
  try {
    return await (await posted(port)).json();
  } finally {
    await stop();
  }
}

const served = (handler) => new Promise((resolve) => {
  const server = createServer(handler).listen(0, '127.0.0.1', () => resolve([server.address().port, () => server.close()]));
});

// Protects: in Express, the parsed body and the request itself are told how to keep the bytes there.
test('Express', async () => {
  const app = express();
  app.use(express.json());
  app.post('/', async (request, response) => {
    response.json([await refusal({ headers: request.headers, body: request.body }), await refusal(request)]);
  });
  const [parsed, whole] = await told(() => served(app));
  assert.match(parsed, /a parsed body.*express\.raw.*Fastify.*rawBody: true.*Next.*Hono/);
  assert.match(whole, /a request of Express.*express\.raw.*rawBody: true/);
  assert.ok(!whole.includes('Fastify'), whole);
});

// Protects: what the sentence for Express says works.
test('Express, mended', async () => {
  const app = express();
  app.post('/', express.raw({ type: () => true }), async (request, response) => {
    const proof = await pay.verifyCallback('mock', { headers: request.headers, body: request.body });
    response.json(proof.payment);
  });
  const order = await pay.createOrder({ currency: 'CNY', amount: '100.00' });
  const payment = await pay.createPayment(order.id);
  const [{ headers, body }] = await pay.mockCallbacks(payment.id, 'success');
  const [port, stop] = await served(app);
  const answer = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', headers, body });
  assert.equal(await answer.json(), payment.id);
  stop();
});

// Protects: the same in Fastify.
test('Fastify', async () => {
  const app = fastify();
  app.post('/', async (request) => [await refusal({ headers: request.headers, body: request.body }), await refusal(request)]);
  const [parsed, whole] = await told(async () => {
    await app.listen({ port: 0, host: '127.0.0.1' });
    return [app.server.address().port, () => app.close()];
  });
  assert.match(parsed, /a parsed body/);
  assert.match(whole, /a request of Fastify.*parseAs: 'buffer'.*rawBody: true/);
});

// Protects: the same in Nest; and with `rawBody: true`, as the sentence says, the bytes are there.
test('Nest', async () => {
  class Application {}
  Module({})(Application);
  const app = await NestFactory.create(Application, { logger: false, rawBody: true });
  app.useBodyParser('json');
  app.use(async (request, response) => {
    const bytes = await pay.handleCallback('mock', { headers: request.headers, body: request.rawBody }).catch((error) => error.code);
    response.json([await refusal(request), bytes]);
  });
  const [whole, bytes] = await told(async () => {
    await app.listen(0, '127.0.0.1');
    return [app.getHttpServer().address().port, () => app.close()];
  });
  assert.match(whole, /in Nest, create the application with `\{ rawBody: true \}`/);
  assert.equal(bytes, 'auth_missing');
});

// Protects: the same in Hono, for its context and its request.
test('Hono', async () => {
  const app = new Hono();
  app.post('/', async (context) => context.json([await refusal(context), await refusal(context.req)]));
  const answer = await app.request('/', { method: 'POST', body: '{}' });
  for (const message of await answer.json()) assert.match(message, /in Hono, hand over.*context\.req\.arrayBuffer/);
});

// Protects: a web request handed over whole, read before or not, and Next's own.
test('web requests', async () => {
  const request = () => new Request('http://127.0.0.1/', { method: 'POST', body: '{}' });
  assert.match(await refusal(request()), /a web request \(raw body needed\)/);
  const used = request();
  await used.json();
  assert.match(await refusal(used), /a web request that somebody has read.*Next.*Hono/);
  class NextRequest extends Request {
    nextUrl = new URL('http://127.0.0.1/');
  }
  const next = new NextRequest('http://127.0.0.1/', { method: 'POST', body: '{}' });
  const message = await refusal(next);
  assert.ok(message.includes('in Next, hand over') && !message.includes('Hono'), message);
  assert.match(await refusal({ headers: {}, body: request() }), /a web request/);
});

for (const [what, body, says] of [
  ['parsed JSON', { id: 1 }, /a parsed body/],
  ['a parsed list', [1], /a parsed body/],
  ['a parsed form', new URLSearchParams('a=1'), /a parsed body/],
  ['an object without a prototype', Object.create(null), /a parsed body/],
  ['text', '{}', /a string/],
  ['what is not awaited', Promise.resolve(Buffer.from('{}')), /must be awaited/],
  ['the stream of a web request', new Response('{}').body, /a stream.*arrayBuffer/],
  ['the buffer of a web request', new ArrayBuffer(2), /its buffer.*Buffer\.from/],
  ["Node's stream", Readable.from(['{}']), /a stream.*Buffer\.concat/],
]) {
  // Protects: what is no body is named, and what to do about it.
  test(`not ${what}`, async () => assert.match(await refusal({ headers: {}, body }), says));
}

// Protects: Node's own request is told to be collected.
test("Node's request", async () => {
  const [message] = await told(() => served(async (request, response) => {
    response.end(JSON.stringify([await refusal(request)]));
  }));
  assert.match(message, /Node's request.*Buffer\.concat/);
});
