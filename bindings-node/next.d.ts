import type { Paywright } from './index.js';
import type { Options } from './express.js';

/** Where the handlers are mounted, and who asks. */
export interface WebOptions extends Options<Request> {
  /** The path before `callback/…`, such as `/payments`. */
  path?: string;
}

/** The engine, the promise of it, or what opens it; that is called for each request, so let it keep what it opened. */
export type Engine = Paywright | Promise<Paywright> | (() => Paywright | Promise<Paywright>);

/** The routes of `paywright/express` as one handler of web requests. */
export declare function handler(
  engine: Engine,
  options: WebOptions,
): (request: Request) => Promise<Response>;

/** The same for `app/payments/[...paywright]/route.ts`; the route must run on Node: `export const runtime = 'nodejs'`. */
export declare function payments(
  engine: Engine,
  options?: WebOptions,
): { GET(request: Request): Promise<Response>; POST(request: Request): Promise<Response> };
