'use strict';
// Route handlers of Next, on its Node runtime, and of whatever else speaks web requests:
// `export const { GET, POST } = payments(pay, { path: '/payments' })` in `app/payments/[...paywright]/route.ts`.

const { answering, parsed, tooLarge } = require('./lib/web.js');

const FIX = 'hand over the request before anything has called its `json()`, `text()` or `formData()`.';

/** The raw body of a web request, of which no more than `limit` bytes are ever held. */
async function bodyOf(request, limit) {
  if (request.bodyUsed) throw parsed(FIX);
  if (Number(request.headers.get('content-length')) > limit) throw tooLarge(limit);
  const pieces = [];
  let size = 0;
  for await (const piece of request.body ?? []) {
    size += piece.length;
    if (size > limit) throw tooLarge(limit);
    pieces.push(piece);
  }
  return Buffer.concat(pieces, size);
}

/** The engine, the promise of it, or what opens it: Next loads routes also while it builds, where nothing is to be opened. */
function handler(engine, { path = '', ...options }) {
  const answered = answering(options);
  return async (request) => {
    const url = new URL(request.url);
    const pay = await (typeof engine === 'function' ? engine() : engine);
    const { status, headers, body } = await answered(pay, {
      method: request.method,
      path: url.pathname.startsWith(path) ? url.pathname.slice(path.length) : '',
      query: url.searchParams,
      headers: request.headers,
      body: (limit) => bodyOf(request, limit),
      request,
    });
    return new Response(body.length > 0 ? body : null, { status, headers });
  };
}

function payments(engine, options = {}) {
  const handle = handler(engine, options);
  return { GET: handle, POST: handle };
}

module.exports = { payments, handler };
