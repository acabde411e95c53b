// A payment from order to books, with the mock gateway: `npm install && npm start` in this folder.
import { Paywright, gateways } from 'paywright';

const pay = await Paywright.open('sqlite::memory:', { gateways: [gateways.mock()], mode: 'test' });
const order = await pay.createOrder({ currency: 'CNY', amount: '100.00', reference: 'ORD123456' });
const payment = await pay.createPayment(order.id, { method: 'wechat' });
console.log('the payer goes to', payment.action.url);

// In a shop, the gateway posts this to `/payments/callback/mock`; see `paywright/express` and its neighbours.
const [{ headers, body }] = await pay.mockCallbacks(payment.id, 'success');
const result = await pay.handleCallback('mock', { headers, body });
console.log('the order is', result.order.state, 'and the books are', (await pay.verify()).ok ? 'right' : 'wrong');
await pay.close();
