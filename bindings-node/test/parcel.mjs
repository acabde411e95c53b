// A gateway as a host writes one, against a provider that exists nowhere. It reads no clock and opens no socket.

import { createHmac, timingSafeEqual } from 'node:crypto';
import { Gateway, Refusal } from 'paywright/gateway';

const EVENTS = new Map([['paid', 'succeed'], ['declined', 'fail'], ['closed', 'cancel']]);
const REFUNDS = new Map([['done', 'succeed'], ['working', 'accept']]);

export class Parcel extends Gateway {
  #apiKey;
  #secret;

  facts = {
    name: 'parcel',
    product: 'Parcel Pay 1',
    methods: ['parcel'],
    hosts: ['api.parcel.example'],
    currencies: ['EUR', 'JPY'],
    amounts: 'whole minor units',
    refunds: true,
    partialRefunds: true,
    queries: true,
    freshnessS: 300,
  };

  constructor(apiKey, callbackSecret) {
    super();
    this.#apiKey = apiKey;
    this.#secret = callbackSecret;
  }

  call({ verb, refund }, payment) {
    const { id, amount, returnUrl } = payment;
    if (verb === 'pay') {
      return this.#request('POST', '/payments', id, { id, amount: amount.minor, currency: amount.currency, back: returnUrl });
    }
    if (verb === 'refund') {
      return this.#request('POST', '/refunds', refund.id, { id: refund.id, payment: id, amount: refund.amount.minor });
    }
    if (verb === 'query') return this.#request('GET', `/payments/${id}`);
    if (verb === 'query_refund') return this.#request('GET', `/refunds/${refund.id}`);
    throw new Refusal('gateway_cannot', { operation: verb });
  }

  #request(method, path, key, body) {
    return {
      kind: 'request',
      method,
      url: `https://api.parcel.example${path}`,
      headers: { Authorization: `Bearer ${this.#apiKey}`, ...(key ? { 'Idempotency-Key': key } : {}) },
      body: Buffer.from(body ? JSON.stringify(body) : ''),
    };
  }

  read({ verb }, _payment, response) {
    if (response.status === 404) return { kind: 'notFound' };
    const said = JSON.parse(response.body);
    if (response.status >= 400) return { kind: 'refused', code: 'gateway_rejected', reason: String(said.error) };
    if (verb.endsWith('refund')) return { kind: 'refundFact', event: REFUNDS.get(said.status) };
    if (said.status === 'open') return { kind: 'waiting', action: { kind: 'redirect', url: said.url } };
    return this.fact(said);
  }

  fact(said) {
    const event = EVENTS.get(said.status);
    if (event !== 'succeed') return { kind: 'paymentFact', event };
    const amount = { minor: said.amount, currency: said.currency };
    return { kind: 'paymentFact', event, amount, transactionId: said.transaction };
  }

  receive(headers, body, moment) {
    const [signature, sentAt] = [headers.one('Parcel-Signature'), headers.one('Parcel-Time')];
    if (!signature || !sentAt) throw new Refusal('auth_missing', { field: 'Parcel-Signature' });
    const right = createHmac('sha256', this.#secret).update(`${sentAt}.`).update(body).digest();
    const given = Buffer.from(signature, 'hex');
    if (given.length !== right.length || !timingSafeEqual(given, right)) throw new Refusal('auth_mismatch');
    if (Math.abs(moment.now.getTime() / 1000 - Number(sentAt)) > 300) throw new Refusal('auth_stale');
    const said = JSON.parse(body);
    const fact = EVENTS.has(said.status) ? this.fact(said) : { kind: 'unknown', word: String(said.status) };
    return { kind: 'notice', id: said.event, subject: { kind: 'payment', id: said.id }, fact, redactedBody: `{"id":"${said.id}"}` };
  }
}
