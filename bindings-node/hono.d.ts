import type { Paywright } from './index.js';
import type { WebOptions } from './next.js';

/** A handler for `app.all('/payments/*', …)`, with the routes of `paywright/express`. */
export declare function payments(
  engine: Paywright | Promise<Paywright>,
  options?: WebOptions,
): (context: { req: { raw: Request } }) => Promise<Response>;
