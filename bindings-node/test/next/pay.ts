import { Paywright, gateways } from 'paywright';

const kept = globalThis as typeof globalThis & { pay?: Promise<Paywright> };

/** One engine for a process: Next loads modules anew while one develops, and while it builds nothing is opened. */
export const pay = () => (kept.pay ??= Paywright.open(process.env['DATABASE'] ?? 'shop.db', {
  gateways: [
    gateways.mock({ checkoutBaseUrl: 'http://127.0.0.1/payments/mock-checkout' }),
    gateways.signed({ description: process.env['PARTNER'] ?? '' }),
  ],
  mode: 'development',
}));
