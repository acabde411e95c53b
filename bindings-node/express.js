'use strict';
// Express: `app.use('/payments', payments(pay))`. It reads the raw body itself; where a parser stood before it, the bytes
// must have been kept, or the error says how.

const { answering, bodyOf, parsed, tooLarge } = require('./lib/web.js');

const FIX = 'put `app.use(…, payments(pay))` before `express.json()`, or keep the bytes with `express.json({ verify: keepRawBody })`.';

/** For `verify` of a body parser that must stand first: keeps the bytes that it parses. */
function keepRawBody(request, _response, bytes) {
  request.rawBody = bytes;
}

async function rawBody(request, limit, fix) {
  const kept = [request.rawBody, request.body].find((bytes) => bytes instanceof Uint8Array);
  if (kept?.length > limit) throw tooLarge(limit);
  if (kept) return kept;
  if (request.readableEnded) throw parsed(fix);
  return bodyOf(request, limit);
}

/** Nest has a fix of its own. */
function payments(pay, options = {}, fix = FIX) {
  const answered = answering(options);
  return async (request, response, next) => {
    try {
      const url = new URL(request.url, 'http://localhost');
      const { status, headers, body } = await answered(pay, {
        method: request.method,
        path: url.pathname,
        query: url.searchParams,
        headers: request.rawHeaders,
        body: (limit) => rawBody(request, limit, fix),
        request,
      });
      response.writeHead(status, headers).end(body);
    } catch (error) {
      next(error);
    }
  };
}

module.exports = { payments, keepRawBody };
