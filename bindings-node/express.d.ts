import type { IncomingMessage, ServerResponse } from 'node:http';
import type { KeyLike, Paywright } from './index.js';

/** Who asks, for the routes that show a customer's own payments, and what proves an answer. */
export interface Options<Request = IncomingMessage> {
  /** Which customer a request comes from, as the host's own session says; nobody where there is none. */
  customerOf?: (request: Request) => string | null | undefined | Promise<string | null | undefined>;
  /**
   * A private key `whsk_…` of Standard Webhooks, or several while one is rolled: the answers of `{paymentId}/status` are signed. A
   * wrong one throws `key_type`, `config_invalid`, `config_missing` or `secret_empty` at once.
   */
  statusKeys?: KeyLike | readonly KeyLike[] | null | undefined;
}

/**
 * Middleware for `app.use('/payments', …)`: `POST callback/{gateway}`, `GET history`, `GET {paymentId}/status` and, in mode
 * `development`, the mock gateway's `mock-checkout`. Nothing of a customer's is shown without `customerOf`.
 */
export declare function payments<Request extends IncomingMessage = IncomingMessage>(
  pay: Paywright,
  options?: Options<Request>,
): (request: Request, response: ServerResponse, next: (error?: unknown) => void) => Promise<void>;

/** For `verify` of a body parser that must stand first: keeps the bytes that it parses. */
export declare function keepRawBody(request: IncomingMessage, response: ServerResponse, bytes: Buffer): void;
