// Serves the shop on this machine, with the mock gateway and a database in a file.

import { Paywright, gateways } from 'paywright';
import { shop } from './shop.mjs';

const port = Number(process.env['PORT'] ?? 8000);
const checkoutBaseUrl = `http://127.0.0.1:${port}/payments/mock-checkout`;
const pay = await Paywright.open(process.env['DATABASE'] ?? 'tea.db', {
  gateways: [gateways.mock({ checkoutBaseUrl })],
  mode: 'development',
});
// Expiry, open outcomes and the like: every minute, in one of the shop's processes.
const due = setInterval(() => void pay.runDue().catch(console.error), 60_000);
const server = shop(pay).listen(port, '127.0.0.1', () => console.log(`http://127.0.0.1:${port}`));

process.once('SIGINT', () => {
  clearInterval(due);
  server.close(() => void pay.close());
});
