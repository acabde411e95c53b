// What `JSON.stringify` writes of records in Node, kept for the Swift tests: `node write.mjs > node.json`. Needs the Node
// package, built with `PAYWRIGHT_TESTING=1`; throwaway data.
import { Paywright, gateways } from '../../../bindings-node/index.mjs';
import { ManualClock } from '../../../bindings-node/testing.mjs';

const clock = new ManualClock(new Date('2026-01-01T08:30:00.123Z'));
const pay = await Paywright.open('sqlite::memory:', { gateways: [gateways.mock()], mode: 'test', clock, seed: 1 });
const order = await pay.createOrder({ currency: 'CNY', amount: '55.10', reference: 'tea-1', customer: 'ada', metadata: { my_note: '茶' } });
const payment = await pay.createPayment(order.id, { method: 'wechat', returnUrl: 'https://shop.example/done' });
const [delivery] = await pay.mockCallbacks(payment.id, 'success');
await pay.handleCallback('mock', { headers: delivery.headers, body: delivery.body });
const refund = await pay.refund(payment.id, { amount: '0.10', reason: 'damp' });
const answers = {
  Order: await pay.order(order.id), Payment: await pay.payment(payment.id), Refund: refund, PaymentPage: await pay.payments(),
  OrderPage: await pay.orders(), Event: (await pay.logs(payment.id)).at(-1), VerifyReport: await pay.verify(),
};
const said = Object.entries(answers).map(([record, answer]) => ({ record, by: 'Node', json: JSON.stringify(answer) }));
console.log(JSON.stringify(said, null, 1));
await pay.close();
