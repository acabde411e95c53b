import type { Engine, WebOptions } from './next.js';

/** A handler for `app.all('/payments/*', …)`, with the routes of `paywright/express`. */
export declare function payments(
  engine: Engine,
  options?: WebOptions,
): (context: { req: { raw: Request } }) => Promise<Response>;
