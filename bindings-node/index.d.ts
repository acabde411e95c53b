// Rendered from the surface table; to change it, change the table and run `render`.
import type { Buffer } from 'node:buffer';

/** An exact amount as decimal text, such as `'100.00'`. A number is refused. */
export type DecimalString = string;
/** HTTP headers of any framework: `headers` or `rawHeaders` of Node, or the web's `Headers`. */
export type HeadersLike =
  | Readonly<Record<string, string | readonly string[] | undefined>>
  | Iterable<readonly [string, string]>
  | readonly string[];
/** A raw body, exactly as it arrived. */
export type BodyLike = Uint8Array;
/** What `signatures` signs and verifies with: a secret's text, or the bytes of a binary one. */
export type KeyLike = string | Uint8Array;
/** An object, or its JSON text. */
export type JsonLike = string | object;

/** What every call takes. */
export interface CallOptions {
  /**
   * Ends the waiting: the promise rejects with the signal's reason. A call that has not begun yet does not begin; one that
   * has goes on, and what it did is found by asking.
   */
  signal?: AbortSignal | undefined;
}

/** A promise of a page; `for await` walks its items and those of all pages after it. */
export type Pages<Page, Item> = Promise<Page> & AsyncIterable<Item>;
/** How far an order is paid; always derived from its sums. */
export type Settlement =
  'unsettled' | 'partial' | 'settled';
/** Where a payment stands. */
export type PaymentState =
  'init' | 'processing' | 'authorized' | 'succeeded' | 'failed' | 'cancelled' | 'expired';
/** Where a refund stands. */
export type RefundState =
  'pending' | 'succeeded' | 'failed' | 'cancelled';
/** Which account a refund is paid from. */
export type RefundSource =
  'order' | 'deposit' | 'suspense';
/** What the payer does next. */
export type ActionKind =
  'redirect' | 'qr_code' | 'client_secret' | 'sdk_params' | 'instructions' | 'none';
/** What a line is for. A discount is the only kind that makes the total smaller. */
export type LineKind =
  'item' | 'fee' | 'tax' | 'discount' | 'deposit';
/** What became of a callback. */
export type CallbackOutcome =
  'applied' | 'already' | 'held' | 'ignored';
/** Why something waits for a person. */
export type ExceptionKind =
  'amount_mismatch' | 'currency_mismatch' | 'unapplied' | 'overpaid' | 'unknown_payment' | 'schema' |
  'unwanted_hold' | 'refund_failed';
/** What a person may do about an exception. */
export type Resolution =
  'apply' | 'refund' | 'write_off';
/**
 * How the payer meets the gateway: inside the host's page, on the gateway's page (desk or phone), by scanning a
 * code, inside the wallet, or in the host's own app.
 */
export type Experience =
  'embedded' | 'hosted' | 'qr_code' | 'mobile_web' | 'in_wallet' | 'app';
/** What can be done step by step, by a host that sends requests itself. */
export type StepOperation =
  'pay' | 'query' | 'capture' | 'cancel' | 'refund' | 'query_refund';
/** Why there is no response: the request certainly never left, or nobody knows. */
export type NoResponse =
  'not_sent' | 'unknown';
/** Whether money is collected at once or only held until the host captures it. */
export type Capture =
  'automatic' | 'manual';
/** What is at stake: no money, the gateways' test environments, real money. */
export type Mode =
  'development' | 'test' | 'live';
/**
 * What an examination of an account looks at: a key or secret, the serial number of a key or certificate, test
 * or live, the account's number, the address for callbacks, the clock, the way to the gateway.
 */
export type Part =
  'key' | 'serial' | 'mode' | 'account' | 'callback' | 'clock' | 'network';

/** A line to be ordered. */
export interface NewLine {
  /** What the payer reads; at most 500 characters. */
  description: string;
  /** For one of them, in the order's currency; above zero. */
  unitAmount: DecimalString;
  /** How many; 1 unless said. */
  quantity?: number | null | undefined;
  /** What it is for; `item` unless said. */
  kind?: LineKind | null | undefined;
}

/**
 * An endpoint of another service of the host, that the journal is delivered to: signed per Standard Webhooks,
 * sent by `run_due`, repeated until it is taken.
 */
export interface Webhook {
  /** Where to: https, or http to this machine. */
  url: string;
  /** `whsec_…` (shared) or `whsk_…` (Ed25519, private); several while they are changed: each signs. */
  secrets?: readonly string[] | null | undefined;
  /** The events that it is told of, such as `payment.succeeded`; all unless said. */
  events?: readonly string[] | null | undefined;
  /** Under which name its place in the journal is kept; the host of the address unless said. */
  name?: string | null | undefined;
  /** Takes an address whose host is a number of a private network; refused unless said. */
  allowPrivate?: boolean | null | undefined;
}

/** A row of a payments table that another system kept. */
export interface ImportRow {
  /** What names the row in its table. */
  id: string;
  /** The order that it pays for, in the host's words; one that is not there is created. */
  reference: string;
  /** How much; above zero, for refunds too. */
  amount: DecimalString;
  /** Where it stands, in a word of the old system, such as `PAID` or `requires_payment_method`. */
  status: string;
  /** `charge` or `refund`, in any case; `charge` unless said. */
  transactionType?: string | null | undefined;
  /** ISO 4217 code; that of the import unless said. */
  currency?: string | null | undefined;
  /** How the payer paid; that of the import unless said. */
  method?: string | null | undefined;
  /** The account it was collected through; that of the import unless said. */
  gateway?: string | null | undefined;
  /** The gateway's number of the movement of money. */
  transactionId?: string | null | undefined;
  /** The reference under which the gateway knows a payment that is still open, such as `pi_…`. */
  gatewayReference?: string | null | undefined;
  /**
   * Of a refund: the `id` or `transaction_id` of the charge whose money went back; unless said, the only charge
   * of the order, or the only one of that amount.
   */
  refundOf?: string | null | undefined;
  /** Who owes, in the host's words. */
  customer?: string | null | undefined;
  /** What the order is about in all; what was collected for it unless said. */
  total?: DecimalString | null | undefined;
  /**
   * Of a charge: how much of the order is a deposit. Of a refund: the same as its amount, if it returned the
   * deposit.
   */
  deposit?: DecimalString | null | undefined;
  /** What the payer read, or why money went back. */
  description?: string | null | undefined;
  /** When the row was written. */
  createdAt?: Date | null | undefined;
  /** When the money came or went back. */
  paidAt?: Date | null | undefined;
  /** Until when it could be paid. */
  expiresAt?: Date | null | undefined;
}

/** A stand-in for a payment provider, inside the process. Refused in mode `live` and beside live credentials. */
export interface MockFields {
  /** The secrets that sign and verify callbacks, the newest first; a public throwaway one unless said. */
  secrets?: readonly string[] | null | undefined;
  /** Where a host serves the checkout page. */
  checkoutBaseUrl?: string | null | undefined;
  /** What happens to the next payments, one word each, such as `success` or `decline:card_declined`. */
  script?: readonly string[] | null | undefined;
  /** What happens to the next refunds, one word each. */
  refundScript?: readonly string[] | null | undefined;
  /** The payment methods it offers. */
  methods?: readonly string[] | null | undefined;
}

/** Bank transfers: the payer gets instructions, a person confirms that the money came. */
export interface BankFields {
  /** Who owns the account. */
  accountName: string;
  /** Its number. */
  accountNumber: string;
  /** The bank's name. */
  bankName: string;
  /** The currencies it takes, as ISO 4217 codes; at least one. */
  currencies?: readonly string[] | null | undefined;
}

/** Stripe: cards and wallets, embedded by Payment Intents or hosted by Checkout Sessions. */
export interface StripeFields {
  /** `sk_…` or a restricted `rk_…`; its prefix says test or live. */
  secretKey: string;
  /** The `whsec_…` secrets of the webhook endpoint, the newest first; several while one is rolled. */
  webhookSecrets?: readonly string[] | null | undefined;
  /** `pk_…`, handed on with each client secret; never used by us. */
  publishableKey?: string | null | undefined;
  /** The connected account to act for, `acct_…`. */
  account?: string | null | undefined;
  /** The API version of our requests; the one this version was built for unless said. */
  apiVersion?: string | null | undefined;
  /** The account's name here; `stripe` unless said. */
  name?: string | null | undefined;
  /** The payment methods it offers; `card`, `apple_pay` and `google_pay` unless said. */
  methods?: readonly string[] | null | undefined;
  /** Where its interface is; Stripe's own unless said. Only for tests against this machine. */
  baseUrl?: string | null | undefined;
}

/** WeChat Pay, API v3, for merchants in mainland China: QR code, JSAPI, H5 and app. */
export interface WechatPayFields {
  /** The merchant number. */
  mchid: string;
  /** The application that the merchant is bound to, `wx…`. */
  appid: string;
  /** The serial number of the merchant's API certificate, 40 hexadecimal digits. */
  merchantSerial: string;
  /** The merchant's private key, PEM. */
  privateKey: string;
  /** The APIv3 key, 32 characters; a second, older one while it is changed. */
  apiV3Keys?: readonly string[] | null | undefined;
  /** Where WeChat posts notices: an https address without query. */
  callbackUrl: string;
  /** The id of WeChat Pay's public key, `PUB_KEY_ID_…`. */
  publicKeyId?: string | null | undefined;
  /** That public key, PEM. */
  publicKey?: string | null | undefined;
  /** Platform certificates, PEM; they renew themselves. */
  platformCertificates?: readonly string[] | null | undefined;
  /** The account's name here; `wechatpay` unless said. */
  name?: string | null | undefined;
  /** Where its interface is; WeChat's own unless said. Only for tests against this machine. */
  baseUrl?: string | null | undefined;
}

/** Alipay, RSA2, for merchants in mainland China: page, phone page, app and QR code. */
export interface AlipayFields {
  /** The application. */
  appId: string;
  /** The merchant's own number, 2088…; every notice must name it. */
  sellerId: string;
  /** The application's private key, PEM or bare base64. */
  privateKey: string;
  /** Where Alipay posts notices: an https address without query. */
  callbackUrl: string;
  /** Public-key mode: Alipay's public keys, any of which may sign. */
  alipayPublicKeys?: readonly string[] | null | undefined;
  /** Certificate mode: the application's certificate, PEM. */
  appCertificate?: string | null | undefined;
  /** Certificate mode: Alipay's certificates, PEM. */
  alipayCertificates?: readonly string[] | null | undefined;
  /** Certificate mode: Alipay's root certificates, one PEM bundle. */
  rootCertificates?: string | null | undefined;
  /** Use Alipay's sandbox. */
  sandbox?: boolean | null | undefined;
  /** The account's name here; `alipay` unless said. */
  name?: string | null | undefined;
  /** Where its interface is; Alipay's own unless said. Only for tests against this machine. */
  baseUrl?: string | null | undefined;
}

/** PayPal, Orders v2. */
export interface PayPalFields {
  /** The application's client id. */
  clientId: string;
  /** Its secret. */
  clientSecret: string;
  /** The id of the webhook that is registered for the callback address. */
  webhookId: string;
  /** Use PayPal's sandbox. */
  sandbox?: boolean | null | undefined;
  /** More certificates to trust for webhook signatures, PEM; public roots are built in. */
  trustedRoots?: readonly string[] | null | undefined;
  /** The account's name here; `paypal` unless said. */
  name?: string | null | undefined;
  /** Where its interface is; PayPal's own unless said. Only for tests against this machine. */
  baseUrl?: string | null | undefined;
}

/** A sender of signed callbacks, described by data. */
export interface SignedFields {
  /** The description as JSON text; what may stand in it is in `docs/gateways.md` under Signed. */
  description: JsonLike;
}

/** A line of an order. */
export interface Line {
  /** What it is for. */
  kind: LineKind;
  /** What the payer reads. */
  description: string;
  /** How many. */
  quantity: number;
  /** For one of them. */
  unitAmount: DecimalString;
  /** Quantity times unit amount. */
  amount: DecimalString;
}

/** What is owed. */
export interface Order {
  /** `ord_…` */
  id: string;
  /** The host's own id, unique in its flow. */
  reference: string | null;
  /** Who owes, in the host's words. */
  customer: string | null;
  /** The name of its lifecycle. */
  flow: string;
  /** Where it stands in that lifecycle. */
  state: string;
  /** ISO 4217 code of every amount here. */
  currency: string;
  /** What makes up the total. */
  lines: Line[];
  /** The sum of all lines. */
  total: DecimalString;
  /** Collected, ever. */
  paid: DecimalString;
  /** Paid back, ever. */
  refunded: DecimalString;
  /** Still owed; never negative, and zero in a final state. */
  due: DecimalString;
  /** The deposit that is held and owed back. */
  depositHeld: DecimalString;
  /** Derived from total, paid and refunded. */
  settlement: Settlement;
  /** Its state takes payments, something is due and its time to pay is not over. */
  canPay: boolean;
  /** The events that a host may fire on it now. */
  possible: string[];
  /** The host's own notes. */
  metadata: Record<string, string>;
  /** The order whose term this one extends once it is paid: a renewal or an upgrade. */
  extends: string | null;
  /** The last moment to create a payment. */
  payableUntil: Date;
  /** When `start` happens by itself. */
  startsAt: Date | null;
  /** When `overdue` or `lapse` happens by itself. */
  endsAt: Date | null;
  /** When it was created. */
  createdAt: Date;
  /** When it last changed. */
  updatedAt: Date;
  /** Grows by one with every change. */
  version: number;
}

/** What the payer does next; `kind` says which of the others counts. */
export interface Action {
  /** What to do. */
  kind: ActionKind;
  /** For `redirect`: where to go. */
  url: string | null;
  /** For `qr_code`: the text to show as a QR code. */
  qrText: string | null;
  /** For `client_secret`: what the gateway's browser library needs. */
  clientSecret: string | null;
  /** For `sdk_params` and `instructions`: name and value. */
  parameters: Record<string, string>;
}

/** One attempt to collect. */
export interface Payment {
  /** `pay_…` */
  id: string;
  /** The order it collects for. */
  orderId: string;
  /** Who owes, in the host's words. */
  customer: string | null;
  /** The account it is collected through. */
  gateway: string;
  /** How the payer pays. */
  method: string;
  /** The reference under which the gateway knows it, where that is not its id. */
  reference: string | null;
  /** Where it stands. */
  state: PaymentState;
  /** What it shall collect. */
  amount: DecimalString;
  /** What it did collect. */
  captured: DecimalString;
  /** What went back. */
  refunded: DecimalString;
  /** What refunds under way have reserved. */
  refundPending: DecimalString;
  /** ISO 4217 code of every amount here. */
  currency: string;
  /** What the payer does next. */
  action: Action;
  /** What a host may do with it now: `cancel`, `capture`, `refund`, `pay_again`. */
  possible: string[];
  /** The gateway's number of the movement of money. */
  transactionId: string | null;
  /** Why it failed: a short stable word. */
  failureCode: string | null;
  /** Why it failed: a sentence for the payer. */
  failureMessage: string | null;
  /** The money came after the payment had been given up. */
  late: boolean;
  /** A person confirmed it, not a gateway. */
  manual: boolean;
  /** `create_payment` found it instead of creating it. */
  reused: boolean;
  /** When it is closed if nobody paid. */
  expiresAt: Date;
  /** When the money came. */
  paidAt: Date | null;
  /** When it was created. */
  createdAt: Date;
  /** When it last changed. */
  updatedAt: Date;
  /** Grows by one with every change. */
  version: number;
}

/** Money going back. */
export interface Refund {
  /** `ref_…` */
  id: string;
  /** The payment whose money goes back; none for money of an unknown payment. */
  paymentId: string | null;
  /** The order it counts for, unless it is paid from suspense. */
  orderId: string | null;
  /** The exception that it resolves. */
  exceptionId: string | null;
  /** The account it goes back through. */
  gateway: string;
  /** Which account it is paid from. */
  source: RefundSource;
  /** Where it stands. */
  state: RefundState;
  /** How much. */
  amount: DecimalString;
  /** ISO 4217 code. */
  currency: string;
  /** Why. */
  reason: string;
  /** The gateway's own number. */
  transactionId: string | null;
  /** Why it failed: a short stable word. */
  failureCode: string | null;
  /** Why it failed: a sentence. */
  failureMessage: string | null;
  /** When it was accepted. */
  createdAt: Date;
  /** When it last changed. */
  updatedAt: Date;
  /** Grows by one with every change. */
  version: number;
}

/** Money or a message that could not be applied and waits for a person. */
export interface ExceptionEntry {
  /** `exc_…` */
  id: string;
  /** Why it waits. */
  kind: ExceptionKind;
  /** The account it came through. */
  gateway: string;
  /** The order it touches. */
  orderId: string | null;
  /** The payment it touches. */
  paymentId: string | null;
  /** The refund it touches. */
  refundId: string | null;
  /** Money in suspense. */
  amount: DecimalString | null;
  /** Its ISO 4217 code. */
  currency: string | null;
  /** The gateway's number of the movement of money. */
  transactionId: string | null;
  /** What is wrong, in one sentence. */
  explanation: string;
  /** The message without secrets and payer data, where it could not be read. */
  body: string | null;
  /** What is likely right. */
  suggestion: Resolution;
  /** What was done, once it was. */
  resolution: Resolution | null;
  /** Who did it. */
  actor: string | null;
  /** Why. */
  reason: string | null;
  /** When it was opened. */
  createdAt: Date;
  /** When it was resolved. */
  resolvedAt: Date | null;
}

/** One row of the journal. */
export interface Event {
  /** Its place in the order of all changes. */
  sequence: number;
  /** When it was written. */
  at: Date;
  /** What happened, such as `payment.succeeded`. */
  event: string;
  /** Who did it; `system` when nobody in particular. */
  actor: string;
  /** The gateway's message behind it. */
  source: string | null;
  /** The order. */
  orderId: string | null;
  /** The payment. */
  paymentId: string | null;
  /** The refund. */
  refundId: string | null;
  /** The exception. */
  exceptionId: string | null;
  /** What there is to know besides. */
  detail: Record<string, string>;
}

/** The exact answer to a callback: pass all three on unchanged. */
export interface Reply {
  /** HTTP status. */
  status: number;
  /** HTTP headers. */
  headers: Record<string, string>;
  /** The body, byte for byte. */
  body: Buffer;
}

/** A callback that was taken. */
export interface CallbackResult {
  /** What became of it. */
  outcome: CallbackOutcome;
  /** The very message had been delivered before. */
  duplicate: boolean;
  /** The payment it was about, as it is now. */
  payment: Payment | null;
  /** That payment's order, as it is now. */
  order: Order | null;
  /** The refund it was about, as it is now. */
  refund: Refund | null;
  /** The exception that keeps it. */
  exception: ExceptionEntry | null;
  /** What to answer. */
  reply: Reply;
}

/** A transfer that was reported. */
export interface TransferResult {
  /** What became of it; `already` when the same line had been reported before. */
  outcome: CallbackOutcome;
  /** The payment that it names, as it is now. */
  payment: Payment | null;
  /** That payment's order, as it is now. */
  order: Order | null;
  /** The exception that keeps the money. */
  exception: ExceptionEntry | null;
}

/** A request for a host to send: once, over https, following no redirect. Its headers hold credentials. */
export interface OutgoingRequest {
  /** `GET`, `POST`, … */
  method: string;
  /** Where it goes. */
  url: string;
  /** What it carries; never printed. */
  headers: Record<string, string>;
  /** The body, byte for byte. */
  body: Buffer;
}

/** What comes next in an operation: a request with its ticket, or the result. */
export interface Step {
  /** What to resume with, once the request was sent. */
  ticket: string | null;
  /** What to send. */
  request: OutgoingRequest | null;
  /** How long to wait before, in milliseconds. */
  afterMs: number;
  /** The payment, when it is over. */
  payment: Payment | null;
  /** The refund, when it is over. */
  refund: Refund | null;
}

/** A callback that is genuine. Nothing was changed. */
export interface Proof {
  /** The gateway's id of the message, or what stands for one. */
  id: string;
  /** What it says, such as `succeed`, or `unknown`. */
  says: string;
  /** The payment's id or reference that it names. */
  payment: string | null;
  /** The gateway's number of the movement of money. */
  transactionId: string | null;
}

/** A generic HMAC callback that is genuine. Who keeps both for a while recognises a message that comes again. */
export interface SignedCallback {
  /** SHA-256 of what was signed, in hex: a known one is a repetition. */
  digest: string;
  /** The sender's number of the message: a known one with another digest is a forgery. */
  nonce: string | null;
}

/** A page of orders, newest first. */
export interface OrderPage {
  /** All there are. */
  total: number;
  /** Which page this is; they count from one. */
  page: number;
  /** How many a page holds. */
  size: number;
  /** Those on this page. */
  items: Order[];
}

/** A page of payments, newest first. */
export interface PaymentPage {
  /** All there are. */
  total: number;
  /** Which page this is; they count from one. */
  page: number;
  /** How many a page holds. */
  size: number;
  /** Those on this page. */
  items: Payment[];
}

/** A page of refunds, newest first. */
export interface RefundPage {
  /** All there are. */
  total: number;
  /** Which page this is; they count from one. */
  page: number;
  /** How many a page holds. */
  size: number;
  /** Those on this page. */
  items: Refund[];
}

/** A page of exceptions, oldest first. */
export interface ExceptionPage {
  /** All there are. */
  total: number;
  /** Which page this is; they count from one. */
  page: number;
  /** How many a page holds. */
  size: number;
  /** Those on this page. */
  items: ExceptionEntry[];
}

/** One row of the ledger. */
export interface Transfer {
  /** Its place in the ledger. */
  sequence: number;
  /** The journal row that it belongs to. */
  entry: number;
  /** Why, such as `payment` or `refund_paid`. */
  kind: string;
  /** The kind of account that is debited. */
  debit: string;
  /** The kind of account that is credited. */
  credit: string;
  /** How much. */
  amount: DecimalString;
  /** ISO 4217 code. */
  currency: string;
}

/** What stands in one account in one currency. */
export interface Balance {
  /** The account, such as `gateway:mock` or `order:ord_…`. */
  account: string;
  /** ISO 4217 code. */
  currency: string;
  /** The sum of all debits. */
  debit: DecimalString;
  /** The sum of all credits. */
  credit: DecimalString;
  /** Debits less credits. */
  balance: DecimalString;
}

/** An invariant that does not hold. */
export interface Violation {
  /** Its number in the threat model. */
  invariant: string;
  /** The row that breaks it. */
  subject: string;
  /** What is wrong. */
  what: string;
}

/** What an audit found. */
export interface VerifyReport {
  /** Nothing is wrong. */
  ok: boolean;
  /** Orders looked at. */
  orders: number;
  /** Payments looked at. */
  payments: number;
  /** Refunds looked at. */
  refunds: number;
  /** Transfers looked at. */
  transfers: number;
  /** Journal rows looked at. */
  entries: number;
  /** What does not hold. */
  violations: Violation[];
}

/** What a run of due work did. */
export interface DueReport {
  /** Payments looked at. */
  payments: number;
  /** Refunds looked at. */
  refunds: number;
  /** Orders looked at. */
  orders: number;
  /** What could not be done now and will be tried again. */
  failures: string[];
  /** Rows of journal and ledger that were sealed. */
  sealed: number;
  /** Messages that webhooks took. */
  webhooks: number;
  /** Messages that webhooks did not take; they are sent again. */
  webhooksFailed: number;
}

/** How a webhook's endpoint stands. */
export interface WebhookStatus {
  /** Its name. */
  name: string;
  /** Where it is. */
  url: string;
  /** This engine was opened with it. */
  configured: boolean;
  /** The last journal row that was dealt with for it. */
  position: number;
  /** Journal rows after that. */
  behind: number;
  /** Messages that it did not take and that are sent again. */
  waiting: number;
  /** Messages that it did not take in all their attempts. */
  givenUp: number;
  /** How often in a row it was in trouble. */
  failures: number;
  /** It is left alone until then. */
  restsUntil: Date | null;
  /** Since when nothing is sent to it, because it said that it is gone; `replay_webhook` ends that. */
  disabledAt: Date | null;
  /** The status of its last answer that was no success. */
  lastStatus: number | null;
  /** What was wrong then. */
  lastError: string | null;
  /** When that was. */
  failedAt: Date | null;
}

/** A message that a webhook did not take yet. */
export interface WebhookMessage {
  /** `msg_…`, the `webhook-id` of every attempt. */
  id: string;
  /** The webhook's name. */
  webhook: string;
  /** The journal row that it tells. */
  sequence: number;
  /** What happened. */
  event: string;
  /** How often it was sent. */
  attempts: number;
  /** When it is sent again; none once it was given up. */
  nextAttemptAt: Date | null;
  /** The status of the last answer. */
  lastStatus: number | null;
  /** What was wrong with it. */
  lastError: string | null;
  /** When it failed first. */
  createdAt: Date;
  /** When it failed last. */
  updatedAt: Date;
}

/** A page of messages that webhooks did not take yet, in the journal's order. */
export interface WebhookMessagePage {
  /** All there are. */
  total: number;
  /** Which page this is; they count from one. */
  page: number;
  /** How many a page holds. */
  size: number;
  /** Those on this page. */
  items: WebhookMessage[];
}

/** How the engine is. */
export interface Health {
  /** The database answers and nothing is odd. */
  ok: boolean;
  /** What is at stake. */
  mode: Mode;
  /** The accounts that collect. */
  gateways: string[];
  /** The payment methods they offer. */
  methods: string[];
  /** What an operator should look at. */
  warnings: string[];
}

/** One thing that an examination looked at. */
export interface Finding {
  /** What was looked at. */
  part: Part;
  /** Nothing is wrong. */
  ok: boolean;
  /** What was found, without secrets. */
  what: string;
  /** What to do about it; empty where nothing is to be done. */
  remedy: string;
}

/** What an examination of an account found. */
export interface Examination {
  /** Nothing is wrong. */
  ok: boolean;
  /** What was looked at, in order. */
  findings: Finding[];
}

/** A row that was not imported. Nothing of it was written. */
export interface ImportProblem {
  /** Its place among the rows given; they count from one. */
  row: number;
  /** What names it in its table. */
  id: string;
  /** The code of the error. */
  code: string;
  /** What is wrong, in English. */
  message: string;
  /** The same in Chinese. */
  messageZh: string;
}

/** What an import did, or would do. */
export interface ImportReport {
  /** Nothing was written. */
  dryRun: boolean;
  /** Rows looked at. */
  rows: number;
  /** Orders created. */
  orders: number;
  /** Payments written. */
  payments: number;
  /** Refunds written. */
  refunds: number;
  /** Rows that were imported before, and refunds that never came about. */
  skipped: number;
  /** What was collected and went back, by currency. */
  sums: ImportSum[];
  /** Rows that were not imported. */
  problems: ImportProblem[];
}

/** The money of an import in one currency. */
export interface ImportSum {
  /** ISO 4217 code. */
  currency: string;
  /** Collected. */
  collected: DecimalString;
  /** Paid back. */
  refunded: DecimalString;
}

/** A callback as the mock gateway would post it. */
export interface Delivery {
  /** HTTP headers. */
  headers: Record<string, string>;
  /** The body, byte for byte. */
  body: Buffer;
}

/** A page of the mock gateway, for a host to serve. */
export interface MockPage {
  /** HTTP status. */
  status: number;
  /** HTTP headers. */
  headers: Record<string, string>;
  /** The page. */
  html: string;
}

/** What a click on the mock gateway's page leads to. */
export interface MockChoice {
  /** The callbacks that the gateway now posts, in this order. */
  deliveries: Delivery[];
  /** Where the payer's browser goes back to. */
  returnUrl: string | null;
}

/** An acknowledgement without content. */
export interface Done {
  /** Always true: a refusal is an error. */
  ok: boolean;
}

/** The configuration of a gateway. It holds secrets: it is printed without them and is nothing in JSON. */
export interface GatewayConfiguration {
  /** Which gateway it is for. */
  toJSON(): { gateway: string };
}

/** A function for each gateway, which makes its configuration. */
export declare const gateways: {
  /** A stand-in for a payment provider, inside the process. Refused in mode `live` and beside live credentials. */
  mock(fields?: MockFields): GatewayConfiguration;
  /** Bank transfers: the payer gets instructions, a person confirms that the money came. */
  bank(fields: BankFields): GatewayConfiguration;
  /** Stripe: cards and wallets, embedded by Payment Intents or hosted by Checkout Sessions. */
  stripe(fields: StripeFields): GatewayConfiguration;
  /** WeChat Pay, API v3, for merchants in mainland China: QR code, JSAPI, H5 and app. */
  wechatPay(fields: WechatPayFields): GatewayConfiguration;
  /** Alipay, RSA2, for merchants in mainland China: page, phone page, app and QR code. */
  alipay(fields: AlipayFields): GatewayConfiguration;
  /** PayPal, Orders v2. */
  payPal(fields: PayPalFields): GatewayConfiguration;
  /** A sender of signed callbacks, described by data. */
  signed(fields: SignedFields): GatewayConfiguration;
};
/** What `createOrder` takes by name. */
export interface CreateOrderOptions extends CallOptions {
  currency: string;
  amount?: DecimalString | null | undefined;
  lines?: readonly NewLine[] | null | undefined;
  reference?: string | null | undefined;
  customer?: string | null | undefined;
  flow?: string | null | undefined;
  metadata?: Readonly<Record<string, string>> | null | undefined;
  payableUntil?: Date | null | undefined;
  startsAt?: Date | null | undefined;
  endsAt?: Date | null | undefined;
  extends?: string | null | undefined;
  description?: string | null | undefined;
  idempotencyKey?: string | null | undefined;
}
/** What `orderByReference` takes by name. */
export interface OrderByReferenceOptions extends CallOptions {
  flow?: string | null | undefined;
}
/** What `orders` takes by name. */
export interface OrdersOptions extends CallOptions {
  customer?: string | null | undefined;
  flow?: string | null | undefined;
  state?: string | null | undefined;
  page?: number | null | undefined;
  size?: number | null | undefined;
}
/** What `addLines` takes by name. */
export interface AddLinesOptions extends CallOptions {
  lines: readonly NewLine[];
}
/** What `transitionOrder` takes by name. */
export interface TransitionOrderOptions extends CallOptions {
  actor?: string | null | undefined;
  withhold?: DecimalString | null | undefined;
  withholdReason?: string | null | undefined;
}
/** What `cancelOrder` takes by name. */
export interface CancelOrderOptions extends CallOptions {
  actor?: string | null | undefined;
  reason?: string | null | undefined;
}
/** What `createPayment` takes by name. */
export interface CreatePaymentOptions extends CallOptions {
  method?: string | null | undefined;
  gateway?: string | null | undefined;
  amount?: DecimalString | null | undefined;
  currency?: string | null | undefined;
  partial?: boolean | null | undefined;
  ttlMinutes?: number | null | undefined;
  capture?: Capture | null | undefined;
  experience?: Experience | null | undefined;
  description?: string | null | undefined;
  returnUrl?: string | null | undefined;
  cancelUrl?: string | null | undefined;
  payerId?: string | null | undefined;
  payerAddress?: string | null | undefined;
  reference?: string | null | undefined;
  fallback?: readonly string[] | null | undefined;
  send?: boolean | null | undefined;
  idempotencyKey?: string | null | undefined;
}
/** What `payments` takes by name. */
export interface PaymentsOptions extends CallOptions {
  orderId?: string | null | undefined;
  customer?: string | null | undefined;
  state?: PaymentState | null | undefined;
  page?: number | null | undefined;
  size?: number | null | undefined;
}
/** What `capturePayment` takes by name. */
export interface CapturePaymentOptions extends CallOptions {
  amount?: DecimalString | null | undefined;
  actor?: string | null | undefined;
}
/** What `cancelPayment` takes by name. */
export interface CancelPaymentOptions extends CallOptions {
  actor?: string | null | undefined;
}
/** What `confirmPayment` takes by name. */
export interface ConfirmPaymentOptions extends CallOptions {
  actor: string;
  reason: string;
  transactionId?: string | null | undefined;
}
/** What `recordTransfer` takes by name. */
export interface RecordTransferOptions extends CallOptions {
  reference: string;
  amount: DecimalString;
  currency: string;
  transactionId: string;
  actor: string;
  receivedAt?: Date | null | undefined;
}
/** What `refund` takes by name. */
export interface RefundOptions extends CallOptions {
  amount?: DecimalString | null | undefined;
  currency?: string | null | undefined;
  reason?: string | null | undefined;
  actor?: string | null | undefined;
  send?: boolean | null | undefined;
  idempotencyKey?: string | null | undefined;
}
/** What `refunds` takes by name. */
export interface RefundsOptions extends CallOptions {
  paymentId?: string | null | undefined;
  orderId?: string | null | undefined;
  state?: RefundState | null | undefined;
  page?: number | null | undefined;
  size?: number | null | undefined;
}
/** What `confirmRefund` takes by name. */
export interface ConfirmRefundOptions extends CallOptions {
  actor: string;
  reason: string;
  transactionId?: string | null | undefined;
}
/** What `begin` takes by name. */
export interface BeginOptions extends CallOptions {
  amount?: DecimalString | null | undefined;
  actor?: string | null | undefined;
}
/** What `resume` takes by name. */
export interface ResumeOptions extends CallOptions {
  status?: number | null | undefined;
  headers?: HeadersLike | null | undefined;
  body?: BodyLike | null | undefined;
  failure?: NoResponse | null | undefined;
}
/** What `exceptions` takes by name. */
export interface ExceptionsOptions extends CallOptions {
  all?: boolean | null | undefined;
  page?: number | null | undefined;
  size?: number | null | undefined;
}
/** What `resolveException` takes by name. */
export interface ResolveExceptionOptions extends CallOptions {
  resolution: Resolution;
  actor: string;
  reason: string;
  orderId?: string | null | undefined;
}
/** What `handleCallback` takes by name. */
export interface HandleCallbackOptions extends CallOptions {
  headers: HeadersLike;
  body: BodyLike;
}
/** What `verifyCallback` takes by name. */
export interface VerifyCallbackOptions extends CallOptions {
  headers: HeadersLike;
  body: BodyLike;
}
/** What `handleReturn` takes by name. */
export interface HandleReturnOptions extends CallOptions {
  params: Readonly<Record<string, string>>;
}
/** What `events` takes by name. */
export interface EventsOptions extends CallOptions {
  after?: number | null | undefined;
  limit?: number | null | undefined;
}
/** What `nextEvents` takes by name. */
export interface NextEventsOptions extends CallOptions {
  limit?: number | null | undefined;
}
/** What `webhookMessages` takes by name. */
export interface WebhookMessagesOptions extends CallOptions {
  name?: string | null | undefined;
  givenUp?: boolean | null | undefined;
  page?: number | null | undefined;
  size?: number | null | undefined;
}
/** What `replayWebhook` takes by name. */
export interface ReplayWebhookOptions extends CallOptions {
  messageId?: string | null | undefined;
  after?: number | null | undefined;
  actor?: string | null | undefined;
}
/** What `importPayments` takes by name. */
export interface ImportPaymentsOptions extends CallOptions {
  table?: string | null | undefined;
  flow?: string | null | undefined;
  gateway?: string | null | undefined;
  method?: string | null | undefined;
  currency?: string | null | undefined;
  ttlMinutes?: number | null | undefined;
  dryRun?: boolean | null | undefined;
  actor?: string | null | undefined;
}
/** What `claimNonce` takes by name. */
export interface ClaimNonceOptions extends CallOptions {
  toleranceS?: number | null | undefined;
}
/** What `runDue` takes by name. */
export interface RunDueOptions extends CallOptions {
  limit?: number | null | undefined;
}
/** What `rotateCredentials` takes by name. */
export interface RotateCredentialsOptions extends CallOptions {
  actor?: string | null | undefined;
}
/** What `mockCallbacks` takes by name. */
export interface MockCallbacksOptions extends CallOptions {
  refundId?: string | null | undefined;
}
/** What `mockScript` takes by name. */
export interface MockScriptOptions extends CallOptions {
  payments?: readonly string[] | null | undefined;
  refunds?: readonly string[] | null | undefined;
}
/** What `mockPage` takes by name. */
export interface MockPageOptions extends CallOptions {
  language?: string | null | undefined;
}

/** What an engine is opened with, beside the address of its database. */
export interface OpenOptions {
  /** The accounts that collect money, the first of a method being its default. */
  gateways?: readonly (GatewayConfiguration | import('./gateway.js').Gateway)[] | undefined;
  /** What is at stake; `development` unless said. */
  mode?: Mode | undefined;
  /** Lifecycles of the host, as objects or JSON text. */
  flows?: readonly JsonLike[] | undefined;
  /** The endpoints that `runDue` delivers the journal to. */
  webhooks?: readonly Webhook[] | undefined;
  /** A clock of `paywright/testing`. */
  clock?: import('./testing.js').ManualClock | undefined;
  /** Makes ids repeatable, for tests. */
  seed?: number | undefined;
  /** Refuse a database file that other users can read, instead of warning. */
  strictPermissions?: boolean | undefined;
  /** Take a database on a network file system, at one's own risk. */
  allowNetworkFileSystem?: boolean | undefined;
  /** How long to wait for another process that holds the database. */
  busyTimeoutMs?: number | undefined;
}

/** How a feed of events goes on. */
export interface FeedOptions {
  /** Ends the feed. */
  signal?: AbortSignal | undefined;
  /** How long to wait before looking for new events again; 1000 unless said. */
  intervalMs?: number | undefined;
}

/** An engine with its database and gateways. One serves a whole process. */
export declare class Paywright implements AsyncDisposable {
  private constructor();
  /**
   * Opens an engine on a database: a path, `sqlite:path` or `sqlite::memory:`. Errors: `config_…`, `mock_in_live`,
   * `flow_invalid`, `schema_newer`, `not_ours`, `network_fs`, `file_permissions`, `storage_…`.
   */
  static open(database: string, options?: OpenOptions): Promise<Paywright>;
  /**
   * Opens an engine as the environment says: `PAYWRIGHT_DATABASE_URL`, `PAYWRIGHT_MODE`, and the variables of every
   * gateway, such as `STRIPE_SECRET_KEY`. Its gateways stand behind those given; `mode` counts where the environment names
   * none.
   */
  static fromEnv(options?: OpenOptions): Promise<Paywright>;
  /** What an operator should know since this engine was opened. */
  get warnings(): string[];
  /** Gives the database back; later calls fail with `store_closed`. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
  /**
   * Hands the events that a named consumer has not dealt with to `handler`, one by one. When it throws, the event comes
   * again next time and the error goes on. Answers with how many were dealt with; at most 100 unless said.
   */
  deliverEvents(
    consumer: string,
    handler: (event: Event) => unknown,
    options?: CallOptions & { limit?: number | undefined },
  ): Promise<number>;
  /** Every event after a sequence number, and then each new one as it happens. */
  eventFeed(options?: FeedOptions & { after?: number | undefined }): AsyncGenerator<Event, void, undefined>;
  /**
   * What a named consumer has not dealt with, and then each new event. One is acknowledged when the loop comes back for
   * the next; one whose loop was left comes again.
   */
  consumeEvents(
    consumer: string,
    options?: FeedOptions & { limit?: number | undefined },
  ): AsyncGenerator<Event, void, undefined>;
  /**
   * Creates an order of an amount or of lines. `extends` names the order whose term the new one extends once it
   * is paid. Errors: `amount_…`, `currency`, `overflow`, `id_format`, `reference_taken`, `flow_not_found`,
   * `pan`, `sensitive_field`, `too_large`, `idempotency`.
   */
  createOrder(options: CreateOrderOptions): Promise<Order>;
  /** One order. Errors: `order_not_found`, `id_format`. */
  order(orderId: string, options?: CallOptions): Promise<Order>;
  /** One order by the host's own id; flow `retail` unless said. Errors: `order_not_found`. */
  orderByReference(reference: string, options?: OrderByReferenceOptions): Promise<Order>;
  /** A page of orders, newest first. Errors: `argument_range`. */
  orders(options?: OrdersOptions): Pages<OrderPage, Order>;
  /** Adds lines to an order that takes payments; what is due grows. Errors: `order_not_payable`. */
  addLines(orderId: string, options: AddLinesOptions): Promise<Order>;
  /**
   * Fires an event of the order's flow. `withhold` keeps a part of the deposit that the event would return.
   * Errors: `transition`, `transition_reserved`, `withhold_exceeds`.
   */
  transitionOrder(orderId: string, event: string, options?: TransitionOrderOptions): Promise<Order>;
  /** Gives an order up and refunds what its flow says. Errors: `transition`, `paid`, `outcome_unknown`. */
  cancelOrder(orderId: string, options?: CancelOrderOptions): Promise<Order>;
  /**
   * Creates a payment of what is due, or returns the active one that is the same. `experience` says how the
   * payer meets the gateway, `payerId` who the payer is to it (a wallet's user id), `payerAddress` the payer's
   * network address where the gateway asks for it. `fallback` names accounts to try in this order where it is
   * certain that those before hold nothing. Without `send` only the intent is written; `begin` goes on from
   * there. Errors, in this order: `order_not_found`, `method_unsupported`, `order_not_payable`, `order_settled`,
   * `order_expired`, `amount_mismatch`, `active_payment_exists`; then the gateway's: `declined`, `gateway_…`,
   * `outcome_unknown`.
   */
  createPayment(orderId: string, options?: CreatePaymentOptions): Promise<Payment>;
  /** One payment. Errors: `payment_not_found`, `id_format`. */
  payment(paymentId: string, options?: CallOptions): Promise<Payment>;
  /** A page of payments, newest first. Errors: `argument_range`, `value_unknown`. */
  payments(options?: PaymentsOptions): Pages<PaymentPage, Payment>;
  /**
   * Collects held money: all of it unless said; the journal keeps who had it done. Errors: `transition`,
   * `amount_mismatch`, `gateway_rejected`, `outcome_unknown` (it will be asked).
   */
  capturePayment(paymentId: string, options?: CapturePaymentOptions): Promise<Payment>;
  /** Closes a payment at its gateway; the journal keeps who had it done. Errors: `paid`, `outcome_unknown`. */
  cancelPayment(paymentId: string, options?: CancelPaymentOptions): Promise<Payment>;
  /** A person confirms that money came, on evidence. Errors: `manual_evidence`, `gateway_cannot`. */
  confirmPayment(paymentId: string, options: ConfirmPaymentOptions): Promise<Payment>;
  /**
   * A person or an import of statements reports a transfer that arrived. The payment whose reference stands in
   * the text, however it was typed, gets the money; what does not fit waits as an exception. The same
   * `transactionId` again changes nothing. Errors: `manual_evidence`, `gateway_cannot`, `amount_…`,
   * `bound_elsewhere`, `idempotency`.
   */
  recordTransfer(gateway: string, options: RecordTransferOptions): Promise<TransferResult>;
  /** Asks the gateway about a payment. Errors: `payment_not_found`, `gateway_cannot`. */
  syncPayment(paymentId: string, options?: CallOptions): Promise<Payment>;
  /**
   * Pays money back: all that is left unless said. Without `send` only the intent is written. Errors:
   * `payment_not_refundable`, `refund_exceeds`, `currency_mismatch`, `idempotency`.
   */
  refund(paymentId: string, options?: RefundOptions): Promise<Refund>;
  /** One refund. Errors: `refund_not_found`, `id_format`. */
  findRefund(refundId: string, options?: CallOptions): Promise<Refund>;
  /** A page of refunds, newest first. Errors: `argument_range`, `value_unknown`. */
  refunds(options?: RefundsOptions): Pages<RefundPage, Refund>;
  /** A person confirms that a refund reached the payer. Errors: `manual_evidence`, `gateway_cannot`. */
  confirmRefund(refundId: string, options: ConfirmRefundOptions): Promise<Refund>;
  /** Asks the gateway about a refund. Errors: `refund_not_found`, `gateway_cannot`. */
  syncRefund(refundId: string, options?: CallOptions): Promise<Refund>;
  /**
   * Begins an operation on a payment or refund for a host that sends requests itself: the answer is a request
   * with a ticket, or the result. `actor` is who captures or cancels. Errors: those of the operation,
   * `id_format`.
   */
  begin(id: string, operation: StepOperation, options?: BeginOptions): Promise<Step>;
  /**
   * Goes on with what came back for a step's request: status, headers and body, or why there is none. Errors:
   * those of the operation, `text_format` (the ticket), `argument_missing`.
   */
  resume(ticket: string, options?: ResumeOptions): Promise<Step>;
  /** One exception. Errors: `exception_not_found`. */
  exception(exceptionId: string, options?: CallOptions): Promise<ExceptionEntry>;
  /** A page of exceptions, oldest first; only the open ones unless `all`. */
  exceptions(options?: ExceptionsOptions): Pages<ExceptionPage, ExceptionEntry>;
  /**
   * A person decides what becomes of an exception. Errors: `manual_evidence`, `exception_resolved`,
   * `resolution_impossible`.
   */
  resolveException(exceptionId: string, options: ResolveExceptionOptions): Promise<ExceptionEntry>;
  /**
   * Takes a gateway's callback: raw headers and raw body, exactly as they arrived. A refusal is an error whose
   * `reply` is the answer for the remote side. Errors: `auth_…`, `malformed`, `too_large`, `bound_elsewhere`.
   */
  handleCallback(gateway: string, options: HandleCallbackOptions): Promise<CallbackResult>;
  /** Proves a callback genuine and changes nothing. Errors: as `handleCallback`. */
  verifyCallback(gateway: string, options: VerifyCallbackOptions): Promise<Proof>;
  /**
   * The payer came back: asks the gateway about the payment that the address names. What the address says about
   * its outcome is never believed. Errors: `payment_not_found`.
   */
  handleReturn(gateway: string, options: HandleReturnOptions): Promise<Payment>;
  /** What happened to a payment and its refunds, oldest first. */
  logs(paymentId: string, options?: CallOptions): Promise<Event[]>;
  /** What happened to an order, its payments and refunds, oldest first. */
  timeline(orderId: string, options?: CallOptions): Promise<Event[]>;
  /** The ledger's rows of an order, oldest first. */
  transfers(orderId: string, options?: CallOptions): Promise<Transfer[]>;
  /** The events after a sequence number, in order; 100 unless said. */
  events(options?: EventsOptions): Promise<Event[]>;
  /** What a named consumer has not acknowledged; asking again gives the same events again. */
  nextEvents(consumer: string, options?: NextEventsOptions): Promise<Event[]>;
  /** A named consumer has dealt with everything up to a sequence number. */
  acknowledgeEvents(consumer: string, sequence: number, options?: CallOptions): Promise<Done>;
  /** How the webhooks stand, by name: those of this engine and others that the database knows. */
  webhooks(options?: CallOptions): Promise<WebhookStatus[]>;
  /** A page of the messages that webhooks did not take yet. Errors: `argument_range`. */
  webhookMessages(options?: WebhookMessagesOptions): Pages<WebhookMessagePage, WebhookMessage>;
  /**
   * Has messages sent to a webhook again, under their own ids, by the next `runDue`: one, everything after a
   * journal row, or all that was given up. It also ends a rest and enables a webhook that was gone. Errors:
   * `webhook_not_found`, `message_not_found`, `argument_range`, `argument_conflict`.
   */
  replayWebhook(name: string, options?: ReplayWebhookOptions): Promise<WebhookStatus>;
  /**
   * Takes over rows of a payments table that another system kept: orders, payments, refunds and their transfers,
   * as if they had happened here. A row that is given again changes nothing; a row that cannot be taken over is
   * told in the report, and nothing of it is written. `table` names the old table (`payments` unless said),
   * `flow` the lifecycle of orders that are created, `ttlMinutes` says how long the old system left a payment
   * open where a row does not. Give all rows of an order in one call. Errors: `too_large` (more than 100000
   * rows), `flow_not_found`, `gateway_not_found`, `currency`, `id_format`, `argument_range`.
   */
  importPayments(rows: readonly ImportRow[], options?: ImportPaymentsOptions): Promise<ImportReport>;
  /**
   * Takes the number of a signed request, once: `nonce` was not taken before in `scope` (such as a client's
   * name), and `timestamp`, in Unix seconds, is at most `toleranceS` from now (300 unless said, at most 3600).
   * Check the signature first. Of two who take the same number at once, one is refused. Errors: `auth_stale`,
   * `replay`, `id_format`, `argument_range`.
   */
  claimNonce(scope: string, nonce: string, timestamp: number, options?: ClaimNonceOptions): Promise<Done>;
  /**
   * Does what time has made necessary: expiry, open outcomes, timers, seals, webhooks. Call it from cron or a
   * timer.
   */
  runDue(options?: RunDueOptions): Promise<DueReport>;
  /** Audits the books: every sum, every invariant, every seal. */
  verify(options?: CallOptions): Promise<VerifyReport>;
  /** What stands in every account that is not even. */
  balances(options?: CallOptions): Promise<Balance[]>;
  /**
   * Exchanges the credentials of an account from the next call on, without a restart; calls under way end with
   * the old ones. The configuration is the whole account as given at opening, of the same name and kind; the
   * mock has none to exchange. Errors: `gateway_not_found`, `config_invalid`, `config_missing`, `secret_empty`,
   * `key_type`.
   */
  rotateCredentials(gateway: GatewayConfiguration, options?: RotateCredentialsOptions): Promise<Done>;
  /**
   * Looks whether an account can work: what can be said offline, then one harmless question to the gateway.
   * Trouble on the way is a finding; nothing is written. Errors: `gateway_not_found`.
   */
  examine(gateway: string, options?: CallOptions): Promise<Examination>;
  /** How the engine is. */
  health(options?: CallOptions): Promise<Health>;
  /** Counts for a monitor, as Prometheus text. */
  metrics(options?: CallOptions): Promise<string>;
  /** A lifecycle as a Mermaid diagram: a flow's name, `payment` or `refund`. Errors: `flow_not_found`. */
  diagram(machine: string, options?: CallOptions): Promise<string>;
  /**
   * The mock gateway signs callbacks of a kind, such as `success` or `wrong_amount`, for a payment. Errors:
   * `value_unknown`, `gateway_not_found`.
   */
  mockCallbacks(paymentId: string, kind: string, options?: MockCallbacksOptions): Promise<Delivery[]>;
  /** What the mock gateway shall do with the next payments and refunds. Errors: `value_unknown`. */
  mockScript(options?: MockScriptOptions): Promise<Done>;
  /** The mock gateway's checkout page, in `en` or `zh`. */
  mockPage(token: string, options?: MockPageOptions): Promise<MockPage>;
  /** A click on the mock gateway's checkout page. Errors: `value_unknown`, `malformed`. */
  mockChoose(token: string, choice: string, options?: CallOptions): Promise<MockChoice>;
}

/**
 * Signatures of payment providers, made and verified without an engine, at once. Bodies are the raw bytes that
 * arrived, times are Unix seconds that the caller gives.
 */
export declare const signatures: {
  /**
   * Signs a message as Standard Webhooks does: the value of the header `webhook-signature`, `v1` for a secret
   * `whsec_…` and `v1a` for a private key `whsk_…`. `timestamp`, in Unix seconds, and `id` go into the headers
   * `webhook-timestamp` and `webhook-id`. Errors: `text_format`, `argument_range`, `secret_empty`,
   * `config_invalid`, `key_type`.
   */
  standardWebhooksSign(
    id: string,
    timestamp: number,
    body: BodyLike,
    secret: KeyLike,
  ): string;
  /**
   * Proves a message of Standard Webhooks genuine and of our time. `secrets` are `whsec_…` or public keys
   * `whpk_…`; `now` is in Unix seconds, 300 seconds are tolerated both ways unless said. Whether a `webhook-id`
   * was seen before is the caller's to say. Errors: `too_large`, `duplicate_field`, `auth_missing`,
   * `auth_malformed`, `auth_not_configured`, `auth_mismatch`, `auth_stale`, `secret_empty`, `config_invalid`.
   */
  standardWebhooksVerify(
    body: BodyLike,
    headers: HeadersLike,
    secrets: readonly KeyLike[],
    now: number,
    options?: {
      toleranceS?: number | null | undefined;
    },
  ): Done;
  /**
   * Signs the members of a callback in the `body` scheme of the generic HMAC callback: 64 hex digits, which
   * become the member `signature`. Errors: `canonical`, `secret_empty`.
   */
  hmacCallbackSign(
    fields: Readonly<Record<string, string>>,
    secret: KeyLike,
  ): string;
  /**
   * Proves a generic HMAC callback genuine and, unless `requireFresh` is false, of our time. `scheme` is `body`
   * unless it is `header`. In the `body` scheme `signatureHeader` names the header that carries the signature in
   * place of the member; in the `header` scheme `headerNames` may rename `signature`, `timestamp`, `nonce` and
   * `key_id`. A message that names its key verifies with the secret at the same place of `keyIds` only;
   * `secrets` are those that are valid now. Errors: `too_large`, `malformed`, `duplicate_field`, `canonical`,
   * `auth_…`, `secret_empty`, `value_unknown`, `argument_conflict`.
   */
  hmacCallbackVerify(
    body: BodyLike,
    secrets: readonly KeyLike[],
    now: number,
    options?: {
      headers?: HeadersLike | null | undefined;
      scheme?: string | null | undefined;
      signatureHeader?: string | null | undefined;
      headerNames?: Readonly<Record<string, string>> | null | undefined;
      keyIds?: readonly string[] | null | undefined;
      requireFresh?: boolean | null | undefined;
      toleranceS?: number | null | undefined;
    },
  ): SignedCallback;
  /**
   * Signs a body as Stripe does: the value of the header `Stripe-Signature`. `timestamp` is in Unix seconds.
   * Errors: `secret_empty`, `key_type`, `argument_range`.
   */
  stripeSign(
    body: BodyLike,
    secret: KeyLike,
    timestamp: number,
  ): string;
  /**
   * Proves that a body comes from Stripe. `header` is the value of `Stripe-Signature`, `secrets` are the
   * `whsec_…` of the endpoint, `now` is in Unix seconds; 300 seconds are tolerated unless said, 0 for any age. A
   * time in the future passes, as with Stripe's own libraries. Errors: `too_large`, `auth_missing`,
   * `auth_malformed`, `auth_not_configured`, `auth_mismatch`, `auth_stale`, `malformed`, `secret_empty`.
   */
  stripeVerify(
    body: BodyLike,
    header: string,
    secrets: readonly KeyLike[],
    now: number,
    options?: {
      toleranceS?: number | null | undefined;
    },
  ): Done;
  /**
   * Signs a request to WeChat Pay (API v3): the value of the header `Authorization`. `path` is the path with its
   * query as it goes over the wire, `serial` the number of the merchant's API certificate, `privateKey` PEM.
   * Neither `timestamp` (Unix seconds) nor `nonce` (at most 32 letters and digits) is used twice. Errors:
   * `text_format`, `secret_empty`, `key_type`, `key_weak`.
   */
  wechatpayAuthorization(
    method: string,
    path: string,
    body: BodyLike,
    mchid: string,
    serial: string,
    privateKey: KeyLike,
    timestamp: number,
    nonce: string,
  ): string;
  /**
   * Proves a notice or an answer of WeChat Pay genuine and of our time. `keys` are platform certificates by
   * their serial numbers and public keys by their `PUB_KEY_ID_…`, all PEM; only the one that the message names
   * is tried, a certificate only while it is valid. `now` is in Unix seconds, 300 seconds are tolerated both
   * ways unless said. Errors: `auth_algorithm`, `auth_missing`, `duplicate_field`, `auth_malformed`,
   * `auth_stale`, `auth_cert`, `auth_unknown_key`, `auth_mismatch`, `key_type`, `key_weak`.
   */
  wechatpayVerify(
    body: BodyLike,
    headers: HeadersLike,
    keys: Readonly<Record<string, string>>,
    now: number,
    options?: {
      toleranceS?: number | null | undefined;
    },
  ): Done;
  /**
   * Opens the encrypted part (`resource`) of a notice of WeChat Pay, or of its list of certificates. Nothing is
   * given out that was not authenticated. Errors: `key_type` (the APIv3 key is not 32 characters),
   * `auth_decrypt`, `malformed`.
   */
  wechatpayDecrypt(
    resource: JsonLike,
    apiV3Key: KeyLike,
  ): Buffer;
  /**
   * Signs the parameters of a request to Alipay (RSA2): the value of the parameter `sign`. Empty parameters and
   * `sign` take no part. `privateKey` is PEM or bare base64. Errors: `secret_empty`, `key_type`, `key_weak`.
   */
  alipaySign(
    params: Readonly<Record<string, string>>,
    privateKey: KeyLike,
  ): string;
  /**
   * Proves a notice of Alipay genuine: the raw form that arrived, and Alipay's public key or certificate (PEM or
   * bare base64). The answer is what was signed, decoded. An old notice stays genuine; whom and what it is about
   * is the caller's to compare. Errors: `malformed`, `duplicate_field`, `too_large`, `auth_missing`,
   * `auth_algorithm`, `auth_malformed`, `auth_mismatch`, `secret_empty`, `key_type`, `key_weak`.
   */
  alipayVerifyNotify(
    body: BodyLike,
    publicKey: string,
  ): Record<string, string>;
  /**
   * Proves Alipay's answer to a method, such as `alipay.trade.query`, and gives the piece of its text that was
   * signed: only that may be read. Errors: `malformed`, `duplicate_field`, `event_mismatch`, `auth_missing`,
   * `auth_malformed`, `auth_mismatch`, `secret_empty`, `key_type`, `key_weak`.
   */
  alipayVerifyResponse(
    text: string,
    method: string,
    publicKey: string,
  ): string;
  /**
   * Proves a webhook of PayPal genuine. `certificate` is what the address in the header `PAYPAL-CERT-URL`
   * answered with, PEM; `roots` are trusted beside those that browsers trust; `environment` is `live` or
   * `sandbox`, `now` Unix seconds. PayPal signs a checksum that does not bind the body: ask its interface before
   * acting. Errors: `too_large`, `value_unknown`, `auth_missing`, `duplicate_field`, `auth_algorithm`,
   * `auth_cert_url`, `wrong_mode`, `auth_malformed`, `auth_cert`, `auth_mismatch`, `key_type`.
   */
  paypalVerify(
    body: BodyLike,
    headers: HeadersLike,
    webhookId: string,
    certificate: string,
    roots: readonly string[],
    environment: string,
    now: number,
  ): Done;
};

/** What a payer is shown: QR codes, and amounts as people write them. */
export declare const display: {
  /**
   * A QR code as an SVG picture, to be put into a page as it is: black on white, with a quiet zone of `border`
   * modules around it (4 unless said, at most 16) and `title` for those who cannot see it (`QR code` unless
   * said). It has no size of its own and refers to nothing. Scanners read it with up to 15 % of it damaged.
   * Errors: `too_large` (2331 bytes at most), `argument_missing`, `argument_range`, `text_format`.
   */
  qrSvg(
    text: string,
    options?: {
      border?: number | null | undefined;
      title?: string | null | undefined;
    },
  ): string;
  /**
   * The same QR code for a host that draws it itself: its rows from the top, `1` for a dark module and `0` for a
   * light one, without a quiet zone. Errors: `too_large` (2331 bytes at most), `argument_missing`.
   */
  qrModules(
    text: string,
  ): string[];
  /**
   * An amount as people write it: digits in groups of three, all decimal places of the currency, and its sign
   * (`$1,234.50`) or its code (`KWD 1.234`). `language` is `en` or `zh`, also as `zh-Hans` or `en_GB`; `en`
   * unless said. A yuan is `CN¥100.00` in English and `¥100.00` in Chinese. Errors: `amount_…`, `currency`,
   * `value_unknown`.
   */
  formatAmount(
    amount: DecimalString,
    currency: string,
    options?: {
      language?: string | null | undefined;
    },
  ): string;
};

/** A refusal or a failure. Nothing in it is secret, so it may be logged as it is. */
export declare class PaywrightError extends Error {
  protected constructor();
  /** The stable code. */
  readonly code: string;
  /** The Chinese sentence. */
  readonly messageZh: string;
  /** Whether the same call may succeed later without a change. */
  readonly retryable: boolean;
  /** The word for the class, the same in every language. */
  readonly group: string;
  /** The status that a host answers with, unless it knows better. */
  readonly httpStatus: number;
  /** What the sentences name. */
  readonly details: Readonly<Record<string, string>>;
  /** For a refused callback: the exact answer for the remote side. */
  readonly reply: Reply | null;
}
/** What was asked for is wrong in itself; asking again the same way cannot help. */
export declare class InvalidInput extends PaywrightError {}
/** The thing named does not exist. */
export declare class NotFound extends PaywrightError {}
/** Right in itself, but not in the present state of things. */
export declare class Conflict extends PaywrightError {}
/** A message could not be proved genuine. */
export declare class SignatureInvalid extends PaywrightError {}
/** The payer's bank or wallet said no. */
export declare class Declined extends PaywrightError {}
/** The gateway answered with something that cannot be acted on. */
export declare class GatewayError extends PaywrightError {}
/** The gateway asks to slow down. */
export declare class RateLimited extends PaywrightError {}
/** The gateway did not answer; what happened there may be unknown. */
export declare class GatewayUnavailable extends PaywrightError {}
/** The gateway does not accept the configured keys. */
export declare class CredentialsRejected extends PaywrightError {}
/** The database could not do its part. */
export declare class StorageError extends PaywrightError {}
/** The configuration is wrong; nothing was opened. */
export declare class ConfigError extends PaywrightError {}
/** A defect of Paywright itself. */
export declare class InternalError extends PaywrightError {}
