// A tea shop with Express: order, QR code, callback, polling, refund. It knows nothing about how payments work.
//
//     npm install && npm start            # http://127.0.0.1:8000, with the mock gateway

import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import express from 'express';
import type { NextFunction, Request, Response } from 'express';
import { Paywright, PaywrightError, display } from 'paywright';
import type { Order, Payment } from 'paywright';
import { payments } from 'paywright/express';

const TEAS = new Map([['longjing', '28.00'], ['puer', '35.50'], ['oolong', '30.00']]);

const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
const amount = (value: string): string => escaped(display.formatAmount(value, 'CNY'));
const button = (action: string, label: string, name = '', value = ''): string =>
  `<form method="post" action="${action}"><button name="${name}" value="${escaped(value)}">${escaped(label)}</button></form>`;
const STYLE = `body { font: 1.1rem/1.5 system-ui, sans-serif; max-width: 36rem; margin: 2rem auto; padding: 0 1rem }
form { display: inline-block; margin: 0 .5rem .5rem 0 } button { font: inherit; padding: .5rem 1rem } h1 { overflow-wrap: anywhere }`;
const page = (title: string, body: string): string =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escaped(title)}</title><style>${STYLE}</style><h1>${escaped(title)}</h1>${body}</html>`;

/** Who is shopping: a cookie that nobody can guess. A real shop has a session here. */
const customerOf = (request: IncomingMessage): string | undefined =>
  /(?:^|; )customer=([\w-]{36})(?:;|$)/.exec(request.headers.cookie ?? '')?.[1];

/** Somebody's order; another's is not there. */
async function own(pay: Paywright, request: Request): Promise<Order | undefined> {
  const order = await pay.order(String(request.params['id']));
  return order.customer === customerOf(request) ? order : undefined;
}

/** Its payments that can be given back: that is asked, never worked out from a state or from amounts, which are text. */
async function refundable(pay: Paywright, order: Order): Promise<Payment[]> {
  const found = [];
  for await (const payment of pay.payments({ orderId: order.id })) if (payment.possible.includes('refund')) found.push(payment);
  return found;
}

function orderPage(order: Order, paid: readonly Payment[]): string {
  const path = `/orders/${order.id}`;
  const pay = ['wechat', 'alipay'].map((method) => button(`${path}/pay`, `Pay with ${method}`, 'method', method));
  const refund = paid.length > 0 ? button(`${path}/refund`, 'Give it back') : '';
  return page(`Order ${order.reference}`, `<p id="state">${escaped(order.state)}</p>
<p>${amount(order.total)}, paid ${amount(order.paid)}, given back ${amount(order.refunded)}</p>
${order.canPay ? pay.join('') : refund}<p><a href="/">More tea</a></p>`);
}

/** Shows what to scan, and asks until the payment is decided. */
function payPage(orderId: string, paymentId: string, address: string): string {
  return page('Scan to pay', `<div style="width:15em">${display.qrSvg(address, { title: 'Scan to pay' })}</div>
<p><a id="open" href="${escaped(address)}">or open it here</a></p><script>
  const ask = async () => {
    const answer = await fetch('/payments/${paymentId}/status');
    const { status } = await answer.json();
    if (answer.ok && status !== 'pending') location.replace('/orders/${orderId}');
    else setTimeout(ask, 1000);
  };
  ask();
</script>`);
}

/** The whole shop, as an application that any server of Node can serve. */
export function shop(pay: Paywright): express.Express {
  const app = express();
  // First of all: it needs the bytes of callbacks as they arrived.
  app.use('/payments', payments(pay, { customerOf }));
  app.use(express.urlencoded({ extended: false }));

  app.get('/', (request, response) => {
    if (!customerOf(request)) response.cookie('customer', randomUUID(), { httpOnly: true, sameSite: 'lax' });
    response.send(page('Tea', [...TEAS].map(([tea, price]) => button('/orders', `${tea} ${display.formatAmount(price, 'CNY')}`, 'tea', tea)).join('')));
  });
  app.post('/orders', async (request, response) => {
    const [tea, customer] = [String(request.body.tea), customerOf(request)];
    const unitAmount = TEAS.get(tea);
    if (!unitAmount || !customer) return void response.redirect(303, '/');
    const lines = [{ description: tea, unitAmount }];
    const order = await pay.createOrder({ currency: 'CNY', lines, customer, reference: `TEA-${randomUUID().slice(0, 8)}` });
    response.redirect(303, `/orders/${order.id}`);
  });
  app.get('/orders/:id', async (request, response) => {
    const order = await own(pay, request);
    if (!order) return void response.status(404).send(page('There is no such order', ''));
    response.send(orderPage(order, await refundable(pay, order)));
  });
  app.post('/orders/:id/pay', async (request, response) => {
    const order = await own(pay, request);
    if (!order) return void response.redirect(303, '/');
    const returnUrl = `${request.protocol}://${request.get('host')}/orders/${order.id}`;
    const payment = await pay.createPayment(order.id, { method: String(request.body.method), returnUrl });
    const address = payment.action.qrText ?? payment.action.url;
    if (!address) return void response.redirect(303, `/orders/${order.id}`);
    response.send(payPage(order.id, payment.id, address));
  });
  app.post('/orders/:id/refund', async (request, response) => {
    const order = await own(pay, request);
    if (!order) return void response.redirect(303, '/');
    for (const { id } of await refundable(pay, order)) await pay.refund(id, { reason: 'given back', actor: 'shop' });
    response.redirect(303, `/orders/${order.id}`);
  });
  app.use((error: unknown, _request: Request, response: Response, next: NextFunction) => {
    if (!(error instanceof PaywrightError)) return next(error);
    response.status(error.httpStatus).send(page('That did not work', `<p>${escaped(error.message)}</p>`));
  });
  return app;
}
