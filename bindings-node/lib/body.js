'use strict';
// Names what was handed over in place of a callback's bytes, and what to do about it in the framework at hand. It reads no body
// and lets bytes pass; whatever it does not know is the library's to refuse.

const { refused } = require('./errors.js');

const FIXES = {
  Express: 'in Express, give this route `express.raw({ type: () => true })` before any `express.json()`, and hand over '
    + '`{ headers: request.headers, body: request.body }`',
  Fastify: "in Fastify, give this route's plugin `addContentTypeParser('*', { parseAs: 'buffer' }, …)` after "
    + '`removeAllContentTypeParsers()`, and hand over `{ headers: request.headers, body: request.body }`',
  Nest: 'in Nest, create the application with `{ rawBody: true }`, and hand over '
    + '`{ headers: request.headers, body: request.rawBody }`',
  Next: 'in Next, hand over `{ headers: request.headers, body: Buffer.from(await request.arrayBuffer()) }`, before anything else has '
    + 'read the request',
  Hono: 'in Hono, hand over `{ headers: context.req.raw.headers, body: Buffer.from(await context.req.arrayBuffer()) }`, before '
    + 'anything else has read the request',
  Node: 'collect its pieces (`for await (const piece of request)`), and hand over `{ headers: request.headers, body: '
    + 'Buffer.concat(pieces) }`',
};
const ALL = ['Express', 'Fastify', 'Nest', 'Next', 'Hono'];

const has = (thing, ...names) => names.every((name) => thing?.[name] !== undefined);
const isObject = (thing) => thing !== null && typeof thing === 'object';
const isWeb = (thing) => has(thing, 'arrayBuffer', 'bodyUsed', 'headers');

/** A request of a framework: what it is, and whose fixes apply. */
function requestOf(thing) {
  if (isWeb(thing)) {
    const read = thing.bodyUsed ? ' that somebody has read' : '';
    return [`a web request${read}`, has(thing, 'nextUrl') ? ['Next'] : ['Next', 'Hono']];
  }
  if (isWeb(thing.req?.raw) || isWeb(thing.raw)) return ['a request of Hono', ['Hono']];
  if (has(thing.raw, 'rawHeaders')) return ['a request of Fastify', ['Fastify', 'Nest']];
  if (!has(thing, 'rawHeaders', 'pipe')) return undefined;
  return has(thing, 'app', 'baseUrl') ? ['a request of Express', ['Express', 'Nest']] : ["Node's request", ['Node']];
}

/** What stands where the bytes should. */
function contentOf(body) {
  if (typeof body === 'string') return ['a string, which a parser made of them', ALL];
  if (!isObject(body) || body instanceof Uint8Array) return undefined;
  const request = requestOf(body);
  if (request) return request;
  if (typeof body.then === 'function') return ['a promise, which must be awaited', ['Next', 'Hono']];
  if (has(body, 'getReader') || body instanceof ArrayBuffer) return ['a stream or its buffer', ['Next', 'Hono']];
  if (has(body, 'pipe')) return ['a stream', ['Node']];
  return ArrayBuffer.isView(body) ? undefined : ['a parsed body', ALL];
}

/** Throws `body_type` for what a host hands to `handleCallback` when it has no bytes. */
function bytesOf(given) {
  // What nearly every call hands over, looked at once.
  if (!isObject(given) || (given.body instanceof Uint8Array && Object.getPrototypeOf(given) === Object.prototype)) return;
  const found = requestOf(given) ?? contentOf(given.body);
  if (!found) return;
  const [what, frameworks] = found;
  const fix = `${frameworks.map((name) => FIXES[name]).join('; ')}. The middleware of this package does so by itself.`;
  throw refused('invalid_input', 'body_type', {
    message: `The raw body is needed as the bytes that arrived, not ${what} (raw body needed): ${fix}`,
    messageZh: `需要原始请求体（到达时的字节），而不是已解析的内容：${fix}`,
    details: { given: what, fix },
  });
}

module.exports = { bytesOf };
