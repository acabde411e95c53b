import type { ActionKind, Experience, Part } from './index.js';

/** What a gateway can do and how it behaves. What it cannot do is a fact here, not an empty function. */
export interface Facts {
  /** The account's name, unique in one engine; the last part of its callback address. */
  name: string;
  /** The provider's product and the version of its interface, for people. */
  product: string;
  /** The payment methods it offers. */
  methods: readonly string[];
  /** How the payer can meet it, the usual way first. */
  experiences?: readonly Experience[];
  /** The currencies it collects; every one unless said. */
  currencies?: readonly string[];
  /** How amounts are written on its wire, for people. */
  amounts?: string;
  /** Whether money can be held first and collected later. */
  separateCapture?: boolean;
  /** Whether it shows the lines of an order to the payer. */
  itemised?: boolean;
  /** Whether it can refund at all through us. */
  refunds?: boolean;
  /** Whether it can pay back less than everything. */
  partialRefunds?: boolean;
  /** Whether it can be asked about a payment or refund. Where it cannot, time alone ends a payment. */
  queries?: boolean;
  /** Whether a person confirms its payments by hand. */
  manualConfirmation?: boolean;
  /** How old a callback may be, in seconds; left out where it carries no signed time. */
  freshnessS?: number;
  /** The hosts that its requests go to; the engine sends nowhere else. */
  hosts?: readonly string[];
  /** Whether its credentials move real money. */
  live?: boolean;
  /** Which world its credentials belong to, where that can be told from them. */
  environment?: 'test' | 'live';
}

/** The instant of an exchange and a fresh nonce of 32 hexadecimal digits: a gateway looks for neither itself. */
export interface Moment {
  now: Date;
  nonce: string;
}

/** An exact amount: `minor` is `'1050'` and `text` is `'10.50'` for the same money. */
export interface Money {
  minor: string;
  text: string;
  currency: string;
}

/** The payment that a request is about, as far as a gateway may know it. */
export interface PaymentIntent {
  id: string;
  reference: string;
  amount: Money;
  method: string;
  manualCapture: boolean;
  description: string;
  returnUrl: string | null;
  cancelUrl: string | null;
  expiresAt: Date;
  createdAt: Date;
  transactionId: string | null;
  experience: Experience | null;
  payerId: string | null;
  payerAddress: string | null;
}

/** The refund that a request is about. */
export interface RefundIntent {
  id: string;
  amount: Money;
  reason: string;
}

/** What to do: `amount` belongs to `capture`, `refund` to `refund` and `query_refund`. */
export interface Operation {
  verb: 'pay' | 'collect' | 'capture' | 'cancel' | 'refund' | 'query' | 'query_refund';
  amount: Money | null;
  refund: RefundIntent | null;
}

/** Headers as they came. */
export interface ReceivedHeaders {
  readonly lines: ReadonlyArray<readonly [string, string]>;
  /** The one value of a header, in any case. Refused with `duplicate_field` when it came twice. */
  one(name: string): string | null;
}

/** What the gateway answered. */
export interface GatewayResponse {
  status: number;
  headers: ReceivedHeaders;
  body: Buffer;
}

/** What to ask of the gateway; the bytes of the body are exactly what is sent. */
export interface OutgoingCall {
  kind: 'request';
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  url: string;
  headers?: Readonly<Record<string, string>>;
  body?: Uint8Array;
}

/** What must be learned first: a token, a certificate. It moves no money. */
export interface Errand {
  kind: 'errand';
  purpose: string;
  request: OutgoingCall;
}

/** An amount as the gateway wrote it: a whole number of minor units, or decimal text of major ones. */
export type Claim =
  | { minor: number; currency?: string | null }
  | { major: string; currency?: string | null };

/** A refusal by bank or wallet: a short word, and a sentence that the payer may read. */
export interface Decline {
  code: string;
  message: string;
}

/** What the payer does next; `kind` says which of the others counts. */
export interface NextAction {
  kind: ActionKind;
  url?: string | null;
  qrText?: string | null;
  clientSecret?: string | null;
  parameters?: Readonly<Record<string, string>>;
}

/** What is said about a payment. Money that is said to have moved has an amount and a transaction. */
export interface PaymentFact {
  kind: 'paymentFact';
  event: 'submit' | 'authorize' | 'succeed' | 'fail' | 'cancel' | 'expire';
  amount?: Claim | null;
  transactionId?: string | null;
  decline?: Decline | null;
}

/** What is said about a refund; `total` is all that went back, where the gateway says that instead. */
export interface RefundFact {
  kind: 'refundFact';
  event: 'accept' | 'succeed' | 'fail' | 'cancel';
  amount?: Claim | null;
  total?: Claim | null;
  transactionId?: string | null;
  decline?: Decline | null;
}

/** What a response means. */
export type Answer =
  | { kind: 'waiting'; action: NextAction; reference?: string | null }
  | { kind: 'agreed' }
  | PaymentFact
  | RefundFact
  | { kind: 'refused'; code: string; reason: string }
  | { kind: 'notFound' }
  | { kind: 'sessionOver'; reason: string };

/** What a callback says. */
export type Fact =
  | PaymentFact
  | RefundFact
  | { kind: 'hint' }
  | { kind: 'unknown'; word: string }
  | { kind: 'unreadable'; why: string };

/** Whom a message is about: a payment by our id or reference, the gateway's transaction, a refund by our id. */
export type Subject =
  | { kind: 'payment' | 'transaction' | 'refund'; id: string }
  | { kind: 'nothing' };

/** A verified callback. `id` makes the message recognisable for ever; `redactedBody` is kept, without secrets. */
export interface Notice {
  kind: 'notice';
  id: string;
  subject: Subject;
  fact: Fact;
  redactedBody?: string;
  /** SHA-256 of what was authenticated, where the same id with other content would be a forgery. */
  digest?: Uint8Array;
}

/** One result of an examination. */
export interface Checked {
  part: Part;
  ok: boolean;
  what: string;
  remedy?: string;
}

/** The exact answer to a callback. */
export interface GatewayReply {
  status: number;
  body: Uint8Array;
  contentType: string;
}

/** Thrown by a gateway that cannot or will not: `code` is one of the table's, such as `gateway_cannot` or `auth_mismatch`. */
export declare class Refusal extends Error {
  constructor(code: string, details?: Readonly<Record<string, string>>);
  readonly code: string;
  readonly details: Readonly<Record<string, string>>;
}

/**
 * A payment gateway of the host's own, for `gateways: […]`. Its functions are pure: they read no clock, roll no dice, open no
 * socket and return no promise.
 */
export declare abstract class Gateway {
  /** Read once, when the engine is opened. */
  abstract readonly facts: Facts;
  /** What an operation needs. Asked for anew before every try, under the same idempotency key. */
  abstract call(operation: Operation, payment: PaymentIntent, moment: Moment): OutgoingCall | Errand | Answer;
  /** What the response means. Whatever it throws leaves the outcome unknown; the engine will ask. */
  abstract read(operation: Operation, payment: PaymentIntent, response: GatewayResponse, moment: Moment): Answer;
  /** Verifies a callback over its raw bytes, then its age, and only then reads it. */
  abstract receive(headers: ReceivedHeaders, body: Buffer, moment: Moment): Notice | Errand;
  /** Takes what an errand brought. Throws where that is not usable. */
  learn(errand: Omit<Errand, 'kind'>, response: GatewayResponse, moment: Moment): void;
  /** A harmless question that only right credentials can ask. */
  probe(moment: Moment): OutgoingCall | null;
  /** What the response to the probe says. */
  diagnose(response: GatewayResponse, moment: Moment): readonly Checked[];
  /** What an operator should hear at start-up. */
  warnings(): readonly string[];
  /** The answer to a message that was taken. */
  acknowledge(): GatewayReply;
  /** The answer to a message that was refused: the same for every cause. */
  refuse(): GatewayReply;
  /** The answer that asks for redelivery. */
  askAgain(): GatewayReply;
}
