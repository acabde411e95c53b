import type { Gateway, Moment, PaymentIntent } from './gateway.js';

/** A clock that stands still until it is told to move. */
export declare class ManualClock {
  constructor(now: Date);
  /** What it shows. */
  get now(): Date;
  /** Moves it, in either direction. */
  set(now: Date): void;
  /** Moves it on by whole seconds. */
  advance(seconds: number): void;
}

/** Names everything that a gateway does and must not, or must and does not. */
export declare class GatewayFailed extends Error {
  readonly failures: string[];
}

/** Puts a gateway of the host's own through its paces; throws `GatewayFailed`, naming each failure. */
export declare function checkGateway(
  gateway: Gateway,
  options: {
    /**
     * Makes the genuine callback that says that this payment succeeded, as the provider would post it at this moment; null for
     * a gateway without callbacks.
     */
    callback: ((payment: PaymentIntent, moment: Moment) => { headers: Record<string, string>; body: Buffer }) | null;
    /** The gateway's credentials: none of them may ever be printed. */
    secrets?: readonly string[];
    /** A currency that it collects; `EUR` unless said. */
    currency?: string;
  },
): void;
