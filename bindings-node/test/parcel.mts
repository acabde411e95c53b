// A gateway as a host writes one, against a provider that exists nowhere. It reads no clock and opens no socket.

import { createHmac, timingSafeEqual } from 'node:crypto';
import { Gateway, Refusal } from 'paywright/gateway';
import type {
  Answer, Facts, GatewayResponse, Moment, Notice, Operation, OutgoingCall, PaymentFact, PaymentIntent, ReceivedHeaders, RefundFact,
} from 'paywright/gateway';

const EVENTS = new Map<string, PaymentFact['event']>([['paid', 'succeed'], ['declined', 'fail'], ['closed', 'cancel']]);
const REFUNDS = new Map<string, RefundFact['event']>([['done', 'succeed'], ['working', 'accept']]);

/** What the provider says of a payment. */
interface Said {
  event: string;
  id: string;
  status: string;
  amount: number;
  currency: string;
  transaction: string;
}

export class Parcel extends Gateway {
  readonly #apiKey: string;
  readonly #secret: string;
  readonly #origin: string;
  readonly facts: Facts;

  constructor(apiKey: string, callbackSecret: string, origin = 'https://api.parcel.example') {
    super();
    this.#apiKey = apiKey;
    this.#secret = callbackSecret;
    this.#origin = origin;
    this.facts = {
      name: 'parcel',
      product: 'Parcel Pay 1',
      methods: ['parcel'],
      hosts: [new URL(origin).host],
      currencies: ['EUR', 'JPY'],
      amounts: 'whole minor units',
      refunds: true,
      partialRefunds: true,
      queries: true,
      freshnessS: 300,
    };
  }

  override call({ verb, refund }: Operation, payment: PaymentIntent, _moment: Moment): OutgoingCall {
    const { id, amount, returnUrl } = payment;
    if (verb === 'pay') {
      return this.#request('POST', '/payments', id, { id, amount: amount.minor, currency: amount.currency, back: returnUrl });
    }
    if (verb === 'query') return this.#request('GET', `/payments/${id}`);
    if (refund === null) throw new Refusal('gateway_cannot', { operation: verb });
    if (verb === 'refund') {
      return this.#request('POST', '/refunds', refund.id, { id: refund.id, payment: id, amount: refund.amount.minor });
    }
    return this.#request('GET', `/refunds/${refund.id}`);
  }

  #request(method: 'GET' | 'POST', path: string, key?: string, body?: unknown): OutgoingCall {
    return {
      kind: 'request',
      method,
      url: `${this.#origin}${path}`,
      headers: { Authorization: `Bearer ${this.#apiKey}`, ...(key ? { 'Idempotency-Key': key } : {}) },
      body: Buffer.from(body ? JSON.stringify(body) : ''),
    };
  }

  override read({ verb }: Operation, _payment: PaymentIntent, response: GatewayResponse, _moment: Moment): Answer {
    if (response.status === 404) return { kind: 'notFound' };
    const said = JSON.parse(response.body.toString()) as Said & { error: string; url: string };
    if (response.status >= 400) return { kind: 'refused', code: 'gateway_rejected', reason: String(said.error) };
    if (verb.endsWith('refund')) {
      const event = REFUNDS.get(said.status);
      if (!event) throw new Error('a word that is not known');
      return { kind: 'refundFact', event };
    }
    if (said.status === 'open') return { kind: 'waiting', action: { kind: 'redirect', url: said.url } };
    return this.fact(said);
  }

  fact(said: Said): PaymentFact {
    const event = EVENTS.get(said.status);
    if (!event) throw new Error('a word that is not known');
    if (event !== 'succeed') return { kind: 'paymentFact', event };
    const amount = { minor: said.amount, currency: said.currency };
    return { kind: 'paymentFact', event, amount, transactionId: said.transaction };
  }

  override receive(headers: ReceivedHeaders, body: Buffer, moment: Moment): Notice {
    const [signature, sentAt] = [headers.one('Parcel-Signature'), headers.one('Parcel-Time')];
    if (!signature || !sentAt) throw new Refusal('auth_missing', { field: 'Parcel-Signature' });
    const right = createHmac('sha256', this.#secret).update(`${sentAt}.`).update(body).digest();
    const given = Buffer.from(signature, 'hex');
    if (given.length !== right.length || !timingSafeEqual(given, right)) throw new Refusal('auth_mismatch');
    if (Math.abs(moment.now.getTime() / 1000 - Number(sentAt)) > 300) throw new Refusal('auth_stale');
    const said = JSON.parse(body.toString()) as Said;
    const fact = EVENTS.has(said.status) ? this.fact(said) : { kind: 'unknown' as const, word: String(said.status) };
    return { kind: 'notice', id: said.event, subject: { kind: 'payment', id: said.id }, fact, redactedBody: `{"id":"${said.id}"}` };
  }
}
