// A sender of signed callbacks whose messages are as odd as JSON may be: whoever parses one and writes it again breaks it.

import { createHmac, randomUUID } from 'node:crypto';

const SECRET = 'throwaway-partner-secret-for-tests-00000';

export const PARTNER = {
  name: 'partner', methods: ['partner'], scheme: 'header', keys: [{ id: 'k1', secret: SECRET }], require_fresh: true,
};

/** What it posts when a payment was made: headers and the very bytes that it signed. */
export function message(payment) {
  const said = `\t{ "note" : "茶 \\u8336 🍵\\/",\r\n "payment_id":"${payment.id}" ,"status": "SUCCESS","z":1.50e1,`
    + ` "transaction_id":"tx-${payment.id}", "amount":"${payment.amount}",\u0020"currency" : "${payment.currency}"}\r\n\n `;
  const [body, nonce, time] = [Buffer.from(said), randomUUID().replaceAll('-', ''), String(Math.floor(Date.now() / 1000))];
  const signature = createHmac('sha256', SECRET).update(`${nonce}.${time}.`).update(body).digest('hex');
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    'x-payment-signature': `v1=${signature}`, 'x-payment-timestamp': time, 'x-payment-nonce': nonce,
  };
  return { headers, body };
}
