'use strict';
// What every gateway of a host must pass. It asks and compares; it sends nothing.

const { inspect, isDeepStrictEqual } = require('node:util');
const { Refusal, ReceivedHeaders } = require('../gateway.js');

const NOW = new Date('2026-01-01T00:00:00Z');
const GARBAGE = ['', 'garbage', '{', '[]', 'null', '0', '{}', '\u00ff', '{"status": "no such word"}', '<html></html>'];
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];
const moved = (seconds) => new Date(NOW.getTime() + seconds * 1000);

/** Names everything that a gateway does and must not, or must and does not. */
class GatewayFailed extends Error {
  constructor(failures) {
    super(failures.join('\n'));
    this.name = 'GatewayFailed';
    this.failures = failures;
  }
}

class Kit {
  failures = [];
  printed = [];
  early = { now: NOW, nonce: '0123456789abcdef0123456789abcdef' };
  late = { now: moved(7), nonce: 'fedcba9876543210fedcba9876543210' };

  constructor(gateway, { callback, secrets = [], currency = 'EUR' }) {
    Object.assign(this, { gateway, callback, secrets, currency });
    this.payment = {
      id: 'pay_01J00000000000000000000001',
      reference: 'pay_01J00000000000000000000001',
      amount: { minor: '1050', text: '10.50', currency },
      method: gateway.facts.methods[0],
      manualCapture: false,
      description: 'order',
      returnUrl: 'https://shop.example/back',
      cancelUrl: null,
      expiresAt: moved(1800),
      createdAt: NOW,
      transactionId: null,
      experience: null,
      payerId: null,
      payerAddress: null,
    };
    this.paid = { ...this.payment, transactionId: 'txn-1' };
    const amount = { minor: '500', text: '5.00', currency };
    this.refund = { id: 'ref_01J00000000000000000000001', amount, reason: 'returned' };
  }

  check(fine, failure) {
    if (!fine && !this.failures.includes(failure)) this.failures.push(failure);
  }

  print(...values) {
    this.printed.push(...values.map((value) => inspect(value, { depth: 9 })));
  }

  operations() {
    const { queries, separateCapture, refunds, manualConfirmation } = this.gateway.facts;
    const operation = (verb, more) => ({ verb, amount: null, refund: null, ...more });
    const refund = { refund: this.refund };
    return [
      [operation('pay'), this.payment],
      [operation('cancel'), this.payment],
      ...(queries ? [[operation('query'), this.payment]] : []),
      ...(separateCapture ? [[operation('capture', { amount: this.payment.amount }), this.paid]] : []),
      ...(refunds && !manualConfirmation ? [[operation('refund', refund), this.paid]] : []),
      ...(refunds && !manualConfirmation && queries ? [[operation('query_refund', refund), this.paid]] : []),
    ];
  }

  /** What the gateway makes of an operation; nothing where it cannot. */
  called(operation, payment, moment) {
    try {
      return this.gateway.call(operation, payment, moment);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.print(error);
      return null;
    }
  }

  facts() {
    const { name, product, methods, currencies, refunds, partialRefunds, freshnessS } = this.gateway.facts;
    this.check(/^[A-Za-z0-9_-]{1,64}$/.test(name), `facts: the name ${name} does not fit an address`);
    this.check(Boolean(product), 'facts: it names no product');
    this.check(methods.length > 0 && methods.every(Boolean), 'facts: it offers no payment method');
    for (const code of currencies ?? []) this.check(/^[A-Z]{3}$/.test(code), `facts: ${code} is no currency code`);
    this.check(!currencies || currencies.includes(this.currency), `facts: it does not collect ${this.currency}`);
    this.check(refunds || !partialRefunds, 'facts: partial refunds without refunds');
    const fresh = freshnessS === undefined || (freshnessS > 0 && freshnessS <= 900);
    this.check(fresh, `facts: callbacks of ${freshnessS} s are no protection against replays`);
  }

  requests() {
    for (const [operation, payment] of this.operations()) {
      const { verb } = operation;
      const call = this.called(operation, payment, this.early);
      const same = isDeepStrictEqual(call, this.called(operation, payment, this.early));
      this.check(same, `${verb}: not the same request at the same moment`);
      this.check(typeof call?.then !== 'function', `${verb}: it answers with a promise`);
      if (call?.kind !== 'request') continue;
      this.where(verb, call);
      const again = this.called(operation, payment, this.late);
      if (again?.kind === 'request' && ['pay', 'capture', 'refund'].includes(verb)) this.sameKey(verb, call, again);
    }
  }

  where(verb, { url, body }) {
    const { protocol, host, hostname } = new URL(url);
    this.check(protocol === 'https:' || LOOPBACK.includes(hostname), `${verb}: ${protocol}// is no protection`);
    const known = (this.gateway.facts.hosts ?? []).map((one) => one.toLowerCase());
    this.check(known.includes(host), `${verb}: it sends to ${host}, which is not among its hosts`);
    this.check(body === undefined || body instanceof Uint8Array, `${verb}: the body is not bytes`);
  }

  sameKey(verb, ...tries) {
    const own = verb === 'refund' ? this.refund.id : this.payment.id;
    const sent = tries.map(({ url, headers = {}, body = '' }) => [url, ...Object.values(headers), Buffer.from(body)].join(' '));
    this.check(sent.every((text) => text.includes(own)), `${verb}: ${own} is in no request, so a second try is a second ${verb}`);
    const keys = tries.map(({ headers = {} }) => Object.entries(headers).filter(([name]) => /idempot|request-id/i.test(name)));
    this.check(isDeepStrictEqual(...keys), `${verb}: the idempotency key changes with the try`);
  }

  responses() {
    for (const [operation, payment] of this.operations()) {
      if (this.called(operation, payment, this.early)?.kind !== 'request') continue;
      for (const text of GARBAGE) {
        const headers = new ReceivedHeaders([['Content-Type', 'application/json']]);
        const response = { status: 200, headers, body: Buffer.from(text, 'latin1') };
        try {
          const answer = this.gateway.read(operation, payment, response, this.early);
          // What the engine cannot take is an error there, too.
          const believed = answer?.kind !== 'paymentFact' && answer?.kind !== 'refundFact' ? answer?.kind : answer.event;
          this.check(!believed, `read ${operation.verb}: ${inspect(text)} is answered with ${believed} instead of an error`);
        } catch (error) {
          this.print(error);
        }
      }
    }
  }

  received(headers, body, moment) {
    return this.gateway.receive(new ReceivedHeaders(Object.entries(headers)), body, moment);
  }

  callbacks() {
    if (!this.callback) return this.refused('an unsigned callback', {}, Buffer.from('{}'), this.early);
    const { headers, body } = this.callback(this.payment, this.early);
    const notice = this.received(headers, body, this.early);
    this.check(notice?.kind === 'notice', 'receive: a genuine callback is not taken');
    if (notice?.kind !== 'notice') return undefined;
    this.said(notice);
    const same = isDeepStrictEqual(this.received(headers, body, this.early), notice);
    this.check(same, 'receive: the same message is not recognised by the same id');
    this.refused('an unsigned callback', {}, body, this.early);
    for (const name of Object.keys(headers).filter((one) => !/^content-(type|length)$/i.test(one))) {
      const { [name]: value, ...others } = headers;
      this.refused(`a callback without ${name}`, others, body, this.early);
      this.refused(`a callback with an empty ${name}`, { ...headers, [name]: '' }, body, this.early);
      const changed = value.slice(0, -1) + (value.endsWith('0') ? '1' : '0');
      this.refused(`a callback with another ${name}`, { ...headers, [name]: changed }, body, this.early);
    }
    for (const at of new Set([0, body.length / 3, body.length / 2, body.length - 1].map(Math.floor))) {
      const other = Buffer.from(body);
      other[at] ^= 1;
      this.refused('a tampered callback', headers, other, this.early);
    }
    this.refused('a callback with more behind it', headers, Buffer.concat([body, Buffer.from(' ')]), this.early);
    this.refused('an empty callback', headers, Buffer.alloc(0), this.early);
    const fresh = this.gateway.facts.freshnessS;
    if (fresh === undefined) return undefined;
    this.refused('a stale callback', headers, body, { ...this.early, now: moved(fresh + 1) });
    return this.refused('a callback from the future', headers, body, { ...this.early, now: moved(-fresh - 1) });
  }

  said(notice) {
    this.print(notice);
    const { id, subject, fact } = notice;
    this.check(Boolean(id), 'receive: a notice without an id cannot be recognised');
    const about = subject.kind === 'payment' && [this.payment.id, this.payment.reference].includes(subject.id);
    this.check(about || subject.kind === 'transaction', 'receive: the notice is not about the payment');
    if (fact.kind === 'hint') return;
    const success = fact.kind === 'paymentFact' && fact.event === 'succeed';
    this.check(success, 'receive: the notice does not say that the payment succeeded');
    if (!success) return;
    this.check(Boolean(fact.transactionId), 'receive: a success without a transaction funds nothing');
    const { minor, major, currency = this.currency } = fact.amount ?? {};
    const right = minor === undefined ? major === this.payment.amount.text : Number.isInteger(minor) && minor === 1050;
    this.check(right && currency === this.currency, "receive: the amount is not the payment's");
  }

  refused(what, headers, body, moment) {
    try {
      this.received(headers, body, moment);
      this.check(false, `receive: ${what} is believed`);
    } catch (error) {
      this.print(error);
      const name = error?.constructor?.name;
      this.check(error instanceof Refusal, `receive: ${what} throws ${name} instead of a Refusal`);
    }
  }

  secrecy() {
    this.print(this.gateway, JSON.stringify(this.gateway), ...this.gateway.warnings());
    const shown = this.printed.some((text) => this.secrets.some((secret) => secret && text.includes(secret)));
    this.check(!shown, 'secrecy: a credential is printed');
  }
}

/** Puts a gateway through its paces; throws `GatewayFailed`, naming each failure. */
function checkGateway(gateway, options) {
  const kit = new Kit(gateway, options);
  for (const name of ['facts', 'requests', 'responses', 'callbacks', 'secrecy']) {
    try {
      kit[name]();
    } catch (error) {
      // A gateway may throw anything: that is a failure too, not the end of the others.
      kit.check(false, `${name}: it threw ${error}`);
    }
  }
  if (kit.failures.length > 0) throw new GatewayFailed(kit.failures);
}

module.exports = { GatewayFailed, checkGateway };
