import type { Paywright } from './index.js';
import type { Options } from './express.js';

/** The parts of a Fastify instance that the plugin needs. */
export interface Instance {
  removeAllContentTypeParsers(): unknown;
  addContentTypeParser(...parser: never[]): unknown;
  all(...route: never[]): unknown;
}

/**
 * A plugin for `app.register(…, { prefix: '/payments' })`, with the routes of `paywright/express`. Its parsers keep the bytes,
 * whatever the application's own do.
 */
export declare function payments<Request = { raw: import('node:http').IncomingMessage }>(
  pay: Paywright,
  options?: Options<Request>,
): (instance: Instance) => Promise<void>;
