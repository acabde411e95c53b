// What a host writes in TypeScript, and what the compiler must not let it write. It is compiled, never run.

import type { IncomingMessage } from 'node:http';
import { NotFound, Paywright, PaywrightError, gateways, signatures } from 'paywright';
import type { Event, Order, Payment, PaymentState } from 'paywright';
import { ManualClock } from 'paywright/testing';

await using pay = await Paywright.open('sqlite::memory:', {
  gateways: [gateways.mock(), gateways.stripe({ secretKey: 'sk_test_1', webhookSecrets: ['whsec_1'] })],
  mode: 'test',
  clock: new ManualClock(new Date(0)),
  flows: [{ name: 'own' }, '{}'],
});

const order: Order = await pay.createOrder({
  currency: 'CNY',
  amount: '100.00',
  metadata: { table: '7' },
  lines: [{ description: 'Tea', unitAmount: '1.00' }],
  payableUntil: new Date(),
});
const reference: string | null = order.reference;
const payment: Payment = await pay.createPayment(order.id, { method: 'wechat', signal: AbortSignal.timeout(1000) });
const state: PaymentState = payment.state;
if (payment.action.kind === 'qr_code') console.log(payment.action.qrText?.length, reference, state);

async function callback(request: IncomingMessage, body: Buffer): Promise<Buffer> {
  const { outcome, reply } = await pay.handleCallback('mock', { headers: request.headers, body });
  if (outcome === 'held') console.log(request.rawHeaders);
  await pay.verifyCallback('mock', { headers: request.rawHeaders, body: new Uint8Array(body) });
  await pay.verifyCallback('mock', { headers: new Headers(), body });
  return reply.body;
}

const page = await pay.orders({ customer: 'c', size: 3 });
for await (const one of pay.orders()) console.log(one.due, page.items[0]?.due);
for await (const event of pay.eventFeed({ after: 3 })) seen(event);
for await (const event of pay.consumeEvents('shop')) seen(event);
function seen(event: Event): void {
  console.log(event.sequence, event.at.getTime(), callback);
}

try {
  await pay.payment('pay_1');
} catch (error) {
  if (error instanceof NotFound) console.log(error.code, error.httpStatus);
  if (error instanceof PaywrightError && error.retryable) console.log(error.details['field'], error.reply?.status);
}

const header: string = signatures.stripeSign(new Uint8Array(), 'whsec_1', 1);
const done: boolean = signatures.stripeVerify(new Uint8Array(), header, ['whsec_1', new Uint8Array(3)], 1, { toleranceS: 3 }).ok;
console.log(done);

// @ts-expect-error an amount is no number
pay.createOrder({ currency: 'CNY', amount: 100 });
// @ts-expect-error the currency must be named
pay.createOrder({ amount: '100.00' });
// @ts-expect-error a slip in writing
pay.createOrder({ currency: 'CNY', amonut: '100.00' });
// @ts-expect-error a state that there is not
pay.payments({ state: 'payed' });
// @ts-expect-error a body is bytes
pay.handleCallback('mock', { headers: {}, body: '{}' });
// @ts-expect-error a body must be there
pay.handleCallback('mock', { headers: {} });
// @ts-expect-error a time is a Date
pay.createOrder({ currency: 'CNY', startsAt: '2026-01-01' });
// @ts-expect-error an engine is opened, not made
new Paywright();
// @ts-expect-error a gateway's needed fields
gateways.stripe({});
// @ts-expect-error a mode that there is not
Paywright.open('x', { mode: 'production' });

// The adapters, in the types of their frameworks.
import express from 'express';
import fastify from 'fastify';
import { Hono } from 'hono';
import { NestFactory } from '@nestjs/core';
import { keepRawBody, payments as forExpress } from 'paywright/express';
import { payments as forFastify } from 'paywright/fastify';
import { payments as forHono } from 'paywright/hono';
import { install } from 'paywright/nest';
import { payments as forNext } from 'paywright/next';

const inExpress = express();
inExpress.use('/payments', forExpress(pay, { customerOf: (request) => request.headers['x-customer']?.toString() }));
inExpress.use(express.json({ verify: keepRawBody }));
await fastify().register(forFastify(pay, { statusKeys: 'whsk_1' }), { prefix: '/payments' });
// @ts-expect-error a key is text or bytes
forFastify(pay, { statusKeys: 1 });
new Hono().all('/payments/*', forHono(pay, { path: '/payments', statusKeys: ['whsk_1', new Uint8Array(3)] }));
class Application {}
await install(await NestFactory.create(Application), '/payments', pay);
export const { GET, POST } = forNext(pay, { path: '/payments', customerOf: async (request) => request.headers.get('x') });

// A gateway of the host's own.
import { Gateway, Refusal } from 'paywright/gateway';
import type { Answer, GatewayResponse, Moment, Notice, Operation, OutgoingCall, PaymentIntent, ReceivedHeaders } from 'paywright/gateway';

class Own extends Gateway {
  readonly facts = { name: 'own', product: 'Own', methods: ['own'], hosts: ['own.example'] };
  override call(operation: Operation, payment: PaymentIntent): OutgoingCall {
    if (operation.verb !== 'pay') throw new Refusal('gateway_cannot', { operation: operation.verb });
    return { kind: 'request', method: 'POST', url: 'https://own.example', body: Buffer.from(payment.amount.minor) };
  }
  override read(_operation: Operation, _payment: PaymentIntent, response: GatewayResponse): Answer {
    return response.status === 404 ? { kind: 'notFound' } : { kind: 'waiting', action: { kind: 'none' } };
  }
  override receive(headers: ReceivedHeaders, _body: Buffer, moment: Moment): Notice {
    const id = headers.one('id') ?? moment.nonce;
    return { kind: 'notice', id, subject: { kind: 'nothing' }, fact: { kind: 'hint' } };
  }
}
await Paywright.open('shop.db', { gateways: [new Own(), gateways.mock()] });

// What a payer is shown.
import { display } from 'paywright';
const shown: [string, string] = [display.qrSvg('x', { border: 2 }), display.formatAmount('1.00', 'CNY', { language: 'zh' })];
console.log(shown, (await pay.claimNonce('scope', 'nonce', 1)).ok);
