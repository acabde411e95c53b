'use strict';
// Fastify: `app.register(payments(pay), { prefix: '/payments' })`. The plugin has its own parsers, which keep the bytes; those
// of the application around it do not reach in.

const { answering } = require('./lib/web.js');

const BODY_BYTES_MAX = 1024 * 1024;

function payments(pay, options = {}) {
  const answered = answering(options);
  return async (instance) => {
    instance.removeAllContentTypeParsers();
    instance.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: BODY_BYTES_MAX }, (_request, bytes, done) => done(null, bytes));
    instance.all('/*', async (request, reply) => {
      const url = new URL(request.raw.url, 'http://localhost');
      const answer = await answered(pay, {
        method: request.method,
        path: request.params['*'],
        query: url.searchParams,
        headers: request.raw.rawHeaders,
        body: async () => request.body ?? Buffer.alloc(0),
        request,
      });
      return reply.code(answer.status).headers(answer.headers).send(answer.body);
    });
  };
}

module.exports = { payments };
