'use strict';
// Hono: `app.all('/payments/*', payments(pay, { path: '/payments' }))`.

const { handler } = require('./next.js');

function payments(engine, options = {}) {
  const handle = handler(engine, options);
  return (context) => handle(context.req.raw);
}

module.exports = { payments };
