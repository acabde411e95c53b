// Real applications of the frameworks, with body parsers installed globally: the bytes that arrive stay the bytes that are
// verified, and where they are gone the error says what to change.

import 'reflect-metadata';
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import express from 'express';
import fastify from 'fastify';
import { Hono } from 'hono';
import { createPrivateKey, createPublicKey, verify } from 'node:crypto';
import { createServer } from 'node:http';
import { inspect } from 'node:util';
import { Paywright, PaywrightError, gateways, signatures } from 'paywright';
import * as forExpress from 'paywright/express';
import * as forFastify from 'paywright/fastify';
import * as forHono from 'paywright/hono';
import * as forNest from 'paywright/nest';
import * as forNext from 'paywright/next';
import { PARTNER, message } from './partner.mjs';

let pay;
before(async () => {
  const mock = gateways.mock({ checkoutBaseUrl: 'http://127.0.0.1/payments/mock-checkout' });
  pay = await Paywright.open('sqlite::memory:', { gateways: [mock, gateways.signed({ description: PARTNER })], mode: 'development' });
});
after(() => pay.close());

/** Who asks, as a session would say. */
const customerOf = (request) => request.headers.get?.('x-customer') ?? request.headers['x-customer'];

const listening = (server) => new Promise((resolve) => {
  server.listen(0, '127.0.0.1', () => resolve([`http://127.0.0.1:${server.address().port}`, () => server.close()]));
});

const APPLICATIONS = {
  'Express, mounted before the parsers': async (more) => {
    const app = express();
    app.use('/payments', forExpress.payments(pay, { customerOf, ...more }));
    app.use(express.json(), express.urlencoded({ extended: true }), express.text(), express.raw());
    return listening(createServer(app));
  },
  'Express, behind a parser that keeps the bytes': async (more) => {
    const app = express();
    app.use(express.json({ verify: forExpress.keepRawBody }), express.urlencoded({ extended: true, verify: forExpress.keepRawBody }));
    app.use('/payments', forExpress.payments(pay, { customerOf, ...more }));
    return listening(createServer(app));
  },
  'Express, behind a parser of bytes': async (more) => {
    const app = express();
    app.use(express.raw({ type: () => true }));
    app.use('/payments', forExpress.payments(pay, { customerOf, ...more }));
    return listening(createServer(app));
  },
  Fastify: async (more) => {
    const app = fastify();
    app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, { parsed: body }));
    app.register(forFastify.payments(pay, { customerOf, ...more }), { prefix: '/payments' });
    await app.listen({ port: 0, host: '127.0.0.1' });
    return [`http://127.0.0.1:${app.server.address().port}`, () => app.close()];
  },
  'Nest on Express': (more) => nest(more, undefined, {}),
  'Nest on Express, with rawBody': (more) => nest(more, undefined, { rawBody: true }),
  'Nest on Fastify': (more) => nest(more, new FastifyAdapter(), {}, true),
  'Nest on Fastify, installed first': (more) => nest(more, new FastifyAdapter(), {}),
  'Nest on Fastify, with rawBody': (more) => nest(more, new FastifyAdapter(), { rawBody: true }),
  Hono: async (more) => {
    const app = new Hono();
    app.all('/payments/*', forHono.payments(pay, { path: '/payments', customerOf, ...more }));
    return served(app.fetch);
  },
  'the handlers of Next': async (more) => {
    const handlers = forNext.payments(Promise.resolve(pay), { path: '/payments', customerOf, ...more });
    return served((request) => handlers[request.method](request));
  },
};

/** An application of Nest, with parsers of its own for all that is posted. */
async function nest(more, adapter, options, parsedFirst = options.rawBody) {
  class Application {}
  Module({})(Application);
  const app = await NestFactory.create(Application, ...(adapter ? [adapter] : []), { logger: false, ...options });
  const parse = () => {
    for (const type of adapter ? ['application/json', 'text/plain'] : ['json', 'text', 'urlencoded']) app.useBodyParser(type);
  };
  if (parsedFirst) parse();
  await forNest.install(app, '/payments', pay, { customerOf, ...more });
  if (!parsedFirst) parse();
  await app.listen(0, '127.0.0.1');
  return [`http://127.0.0.1:${app.getHttpServer().address().port}`, () => app.close()];
}

/** A server of Node that speaks web requests. */
function served(fetch) {
  return listening(createServer(async (request, response) => {
    const body = request.method === 'POST' ? { body: request, duplex: 'half' } : {};
    const url = new URL(request.url, 'http://127.0.0.1');
    const answer = await fetch(new Request(url, { method: request.method, headers: request.headers, ...body }));
    response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(Buffer.from(await answer.arrayBuffer()));
  }));
}

async function created(customer, method = 'card') {
  const order = await pay.createOrder({ currency: 'CNY', amount: '100.00', customer });
  return pay.createPayment(order.id, { method, returnUrl: 'http://127.0.0.1/back' });
}

/** Throwaway keys: a seed of one byte, 32 times, and Node's own view of both halves. */
function pair(byte) {
  const seed = Buffer.alloc(32, byte);
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
  const publicKey = createPublicKey(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }));
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
  return { private: `whsk_${seed.toString('base64')}`, public: `whpk_${raw.toString('base64')}`, publicKey };
}
const [OLD, NEW] = [pair(7), pair(8)];
const SHARED = 'whsec_dGhyb3dhd2F5LXNlY3JldC1vZi0zMi1ieXRlcw==';

const WRONG = [
  [OLD.public, 'key_type', /is a public key \(whpk_…\); a private key \(whsk_…\) is needed/],
  [SHARED, 'key_type', /is a shared secret/],
  [SHARED.slice('whsec_'.length), 'key_type', /a private key \(whsk_…\) is needed/],
  [[OLD.private, NEW.public], 'key_type', /is a public key/],
  ['', 'secret_empty', /empty/],
  ['whsk_', 'secret_empty', /empty/],
  ['whsk_throwaway', 'config_invalid', /base64/],
  ['whsk_dGhyb3dhd2F5', 'config_invalid', /32 bytes/],
  [`${OLD.private}\n`, 'config_invalid', /base64/],
  [[], 'config_missing', /whsk_/],
  [Array(6).fill(OLD.private), 'config_invalid', /at most 5/],
  [7, 'config_invalid', /number/],
  [[null], 'config_invalid', /null/],
];

const SIGNED = ['webhook-id', 'webhook-timestamp', 'webhook-signature'];
const isSigned = (answer) => SIGNED.some((name) => answer.headers.has(name));

/** Each of these public keys alone proves these bytes, and no others. */
function proved(answer, body, payment, keys) {
  assert.equal(answer.status, 200);
  const headers = Object.fromEntries(SIGNED.map((name) => [name, answer.headers.get(name)]));
  const [id, time, list] = SIGNED.map((name) => headers[name]);
  assert.equal(id, payment.id);
  const now = Math.floor(Date.now() / 1000);
  assert.ok(Math.abs(Number(time) - now) <= 10, time);
  const items = list.split(' ');
  assert.equal(items.length, keys.length);
  keys.forEach((key, index) => {
    assert.ok(signatures.standardWebhooksVerify(body, headers, [key.public], now).ok);
    const changed = Buffer.concat([body, Buffer.from(' ')]);
    assert.throws(() => signatures.standardWebhooksVerify(changed, headers, [key.public], now), { code: 'auth_mismatch' });
    const [version, signature] = items[index].split(',');
    const content = Buffer.concat([Buffer.from(`${id}.${time}.`), body]);
    assert.deepEqual([version, verify(null, content, key.publicKey, Buffer.from(signature, 'base64'))], ['v1a', true]);
  });
}

for (const [name, start] of Object.entries(APPLICATIONS)) {
  // Protects: in a real application, the callback is taken from the bytes that arrived, whoever else parses bodies; the same
  // content in other bytes is not.
  test(`${name}: a callback`, async () => {
    const [address, stop] = await start();
    try {
      const payment = await created('anna', 'partner');
      const { headers, body } = message(payment);
      const post = (bytes) => fetch(`${address}/payments/callback/partner`, { method: 'POST', headers, body: bytes });
      const forged = await post(Buffer.from(JSON.stringify(JSON.parse(body))));
      assert.equal(forged.status, 403);
      const answer = await post(body);
      assert.equal(answer.status, 200, await answer.text());
      assert.equal((await pay.payment(payment.id)).state, 'succeeded');
    } finally {
      await stop();
    }
  });

  // Protects: a customer sees own payments and nobody else's; who is nobody sees nothing.
  test(`${name}: status and history`, async () => {
    const [address, stop] = await start();
    try {
      const payment = await created('berta');
      const ask = async (path, customer) => {
        const answer = await fetch(`${address}/payments/${path}`, { headers: customer ? { 'x-customer': customer } : {} });
        return [answer.status, await answer.json()];
      };
      const [status, shown] = await ask(`${payment.id}/status`, 'berta');
      assert.deepEqual([status, shown.payment_id, shown.status, shown.amount], [200, payment.id, 'pending', '100.00']);
      assert.deepEqual((await ask(`${payment.id}/status`, 'carl'))[0], 404);
      assert.deepEqual((await ask(`${payment.id}/status`))[0], 403);
      const [, history] = await ask('history?size=5', 'berta');
      assert.ok(history.payments.some((row) => row.payment_id === payment.id));
      assert.deepEqual((await ask('history?size=x', 'berta'))[1].code, 'argument_range');
      assert.deepEqual((await ask('nothing/of/the/kind', 'berta'))[0], 404);
    } finally {
      await stop();
    }
  });

  // Protects: an application that believes nothing unproved: the bytes of the status, and nothing else, prove themselves by each
  // key, to our function and to Node's; without keys the answer is the same and proves nothing.
  test(`${name}: a signed status`, async () => {
    const [plain, stopPlain] = await start();
    const [address, stop] = await start({ statusKeys: [NEW.private, Buffer.from(OLD.private)] });
    try {
      const payment = await created('emma');
      const get = (path, customer = 'emma') => fetch(`${address}/payments/${path}`, { headers: { 'x-customer': customer } });
      const path = `${payment.id}/status`;
      const answer = await get(path);
      const body = Buffer.from(await answer.arrayBuffer());
      proved(answer, body, payment, [NEW, OLD]);
      const shown = JSON.parse(body);
      const { payment_id, state, amount, currency } = shown;
      assert.deepEqual([payment_id, state, amount, currency], [payment.id, 'init', '100.00', 'CNY']);
      const unsigned = await fetch(`${plain}/payments/${path}`, { headers: { 'x-customer': 'emma' } });
      assert.deepEqual([unsigned.status, await unsigned.json(), isSigned(unsigned)], [200, shown, false]);
      const others = [[200, 'history'], [404, path, 'carl'], [403, path, ''], [400, 'pay_x/status'], [404, 'x']];
      for (const [status, other, customer] of others) {
        const told = await get(other, customer);
        assert.deepEqual([told.status, isSigned(told)], [status, false], other);
      }
      const { headers, body: message } = (await pay.mockCallbacks(payment.id, 'success'))[0];
      const told = await fetch(`${address}/payments/callback/mock`, { method: 'POST', headers, body: message });
      assert.deepEqual([told.status, isSigned(told)], [200, false]);
      const paid = await get(path);
      const bytes = Buffer.from(await paid.arrayBuffer());
      proved(paid, bytes, payment, [NEW, OLD]);
      assert.equal(JSON.parse(bytes).state, 'succeeded');
    } finally {
      await stop();
      await stopPlain();
    }
  });

  // Protects: a key that cannot sign, or with which a reader could, ends the start and not somebody's payment; it is not said back.
  test(`${name}: wrong status keys`, async () => {
    for (const [statusKeys, code, why] of WRONG) {
      await assert.rejects(async () => start({ statusKeys }), (error) => {
        assert.ok(error instanceof PaywrightError, String(error));
        const { group, httpStatus, details } = error;
        assert.deepEqual([error.code, group, httpStatus, details.setting], [code, 'config_error', 500, 'statusKeys']);
        assert.match(error.message, why);
        assert.ok(error.message.includes('statusKeys') && error.messageZh.includes('statusKeys'));
        for (const key of [statusKeys].flat()) {
          if (String(key).length > 10) assert.ok(!inspect(error).includes(String(key).slice(5)));
        }
        return true;
      });
    }
  });

  // Protects: in development, the mock gateway's page can be clicked through.
  test(`${name}: the mock checkout`, async () => {
    const [address, stop] = await start();
    try {
      const payment = await created('dora');
      const token = new URL(payment.action.url).searchParams.get('token');
      const page = await fetch(`${address}/payments/mock-checkout?token=${token}`);
      assert.equal(page.status, 200);
      assert.match(page.headers.get('content-type'), /text\/html/);
      assert.match(await page.text(), /100\.00/);
      const body = new URLSearchParams({ token, outcome: 'pay' });
      const click = await fetch(`${address}/payments/mock-checkout`, { method: 'POST', body, redirect: 'manual' });
      assert.equal(click.status, 303);
      assert.match(click.headers.get('location'), /^http:\/\/127\.0\.0\.1\/back/);
      assert.equal((await pay.payment(payment.id)).state, 'succeeded');
    } finally {
      await stop();
    }
  });

  // Protects: a body that is too large ends in an answer, not in memory.
  test(`${name}: a large body`, async () => {
    const [address, stop] = await start();
    try {
      const body = Buffer.alloc(2 * 1024 * 1024, 0x20);
      const answer = await fetch(`${address}/payments/callback/mock`, { method: 'POST', body }).catch(() => ({ status: 413 }));
      assert.equal(answer.status, 413);
    } finally {
      await stop();
    }
  });
}

// Protects: the usual trap, a parser before the middleware, ends in an error that names the fix for this framework.
test('Express: the bytes are gone', async () => {
  const app = express();
  app.use(express.json());
  app.use('/payments', forExpress.payments(pay));
  const [address, stop] = await listening(createServer(app));
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${address}/payments/callback/mock`, { method: 'POST', headers, body: '{}' });
  const told = await answer.json();
  assert.deepEqual([answer.status, told.code], [400, 'body_type']);
  assert.match(told.message, /before `express\.json\(\)`/);
  stop();
});

// Protects: the same in Nest, whose fix is another.
test('Nest on Express: the bytes are gone', async () => {
  const [address, stop] = await nest({}, undefined, {}, true);
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${address}/payments/callback/mock`, { method: 'POST', headers, body: '{}' });
  const told = await answer.json();
  assert.deepEqual([answer.status, told.code], [400, 'body_type']);
  assert.match(told.message, /before `app\.useBodyParser.*rawBody: true/);
  await stop();
});

// Protects: the same for web requests that somebody has read.
test('web requests: the bytes are gone', async () => {
  const { POST } = forNext.payments(pay, { path: '/payments' });
  const request = new Request('http://127.0.0.1/payments/callback/mock', { method: 'POST', body: '{}' });
  await request.text();
  assert.match((await (await POST(request)).json()).message, /before anything has called its `json\(\)`/);
});
