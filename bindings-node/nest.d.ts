import type { Paywright } from './index.js';
import type { Options } from './express.js';

/** The parts of a Nest application that are needed. */
export interface Application {
  getHttpAdapter(): { getType(): string; getInstance(): unknown };
  use(...middleware: unknown[]): unknown;
}

/** Adds the routes of `paywright/express` under a path, on Express and on Fastify. Call it before `app.listen`. */
export declare function install<Request = import('node:http').IncomingMessage>(
  app: Application,
  path: string,
  pay: Paywright,
  options?: Options<Request>,
): Promise<void>;
