'use strict';
// What every web framework's adapter answers with, in plain values: from a request's parts to status, headers and body. It
// knows no framework, and never decides who may ask: that is the host's `customerOf`.

const { classes, refused } = require('./errors.js');
const { signer } = require('./status.js');

/** More than this the engine takes of no callback. */
const CALLBACK_BYTES_MAX = 1024 * 1024;
/** The form of the mock checkout: a token and two words. */
const FORM_BYTES_MAX = 16 * 1024;

/** What an operator, a gateway or we must mend is told without details. */
const PRIVATE = new Set(['config_error', 'credentials_rejected', 'internal_error', 'storage_error']);
const INTERNAL = 'Something went wrong with the payment service; please try again later or ask for help.';
const INTERNAL_ZH = '支付服务暂时不可用，请稍后再试或联系客服。';

/** JSON that no cache keeps and no browser takes for anything else. */
function json(status, content) {
  const headers = {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  };
  return { status, headers, body: Buffer.from(JSON.stringify(content)) };
}

/** The answer for an error: its own, where it carries one for the remote side, or JSON with code and sentences. */
function problem(error) {
  if (error.reply) return error.reply;
  const shown = !PRIVATE.has(error.group);
  if (!shown) process.emitWarning(`${error.code}: ${error.message}`, 'PaywrightWarning');
  return json(error.code === 'too_large' ? 413 : error.httpStatus, {
    code: error.code,
    group: error.group,
    message: shown ? error.message : INTERNAL,
    message_zh: shown ? error.messageZh : INTERNAL_ZH,
    retryable: error.retryable,
    details: shown ? error.details : {},
  });
}

const nothing = () => json(404, {
  code: 'not_found', group: 'not_found', message: 'There is nothing here.', message_zh: '这里没有内容。', retryable: false, details: {},
});

const nobody = () => json(403, {
  code: 'forbidden_action',
  group: 'forbidden',
  message: 'This is not permitted: nobody is signed in, or the application configured no `customerOf`.',
  message_zh: '无权执行此操作：未登录或应用未配置 customerOf。',
  retryable: false,
  details: {},
});

/** A body that is larger than it may be, noticed before all of it was read. */
const tooLarge = (limit) => refused('invalid_input', 'too_large', {
  message: `the body is larger than ${limit} bytes.`,
  messageZh: `请求体超过 ${limit} 字节。`,
  details: { field: 'the body', limit: `${limit} bytes` },
});

/** A body that somebody has parsed: which framework's setting brings the bytes back. */
const parsed = (fix) => refused('invalid_input', 'body_type', {
  message: `The raw body is needed as bytes, but something parsed it before it came here (raw body needed): ${fix}`,
  messageZh: `需要原始请求体（字节），但它在到达之前已被解析：${fix}`,
  details: { given: 'a parsed body', fix },
});

/** A payment's state in the three words that a page which polls can act on. */
const WORDS = {
  init: 'pending', processing: 'pending', authorized: 'pending', succeeded: 'success', failed: 'failed', cancelled: 'failed',
  expired: 'failed',
};

const statusOf = (payment) => ({
  payment_id: payment.id,
  status: WORDS[payment.state],
  state: payment.state,
  paid_at: payment.paidAt,
  amount: payment.amount,
  currency: payment.currency,
});

const historyOf = ({ total, page, size, items }) => ({
  total,
  page,
  size,
  payments: items.map(({ id, amount, currency, state, createdAt }) => ({
    payment_id: id, amount, currency, status: WORDS[state], created_at: createdAt,
  })),
});

/** A whole number of a query string; anything else goes on as text, for the library to refuse. */
const number = (text) => (text === null ? undefined : /^\d{1,9}$/.test(text) ? Number(text) : text);

async function callback(pay, gateway, headers, body) {
  try {
    return (await pay.handleCallback(gateway, { headers, body })).reply;
  } catch (error) {
    if (error instanceof classes.PaywrightError) return problem(error);
    throw error;
  }
}

async function mockCheckout(pay, token, language) {
  const page = await pay.mockPage(token ?? '', { language: language ?? 'en' });
  return { status: page.status, headers: page.headers, body: Buffer.from(page.html) };
}

/** A click on that page: its callbacks are delivered to the engine as a provider would, then the browser goes back. */
async function mockChoice(pay, body) {
  const form = new URLSearchParams(body.toString());
  const token = form.get('token') ?? '';
  const { deliveries, returnUrl } = await pay.mockChoose(token, form.get('outcome') ?? '');
  for (const delivery of deliveries) await callback(pay, 'mock', delivery.headers, delivery.body);
  if (returnUrl === null) return mockCheckout(pay, token, form.get('language'));
  return { status: 303, headers: { location: returnUrl, 'cache-control': 'no-store' }, body: Buffer.alloc(0) };
}

/**
 * The answer to a request: `callback/{gateway}`, `history`, `{paymentId}/status` and, in development, `mock-checkout`.
 * `incoming` has `method`, `path` (from where the adapter is mounted), `query`, `headers`, `body(limit)` and `request`.
 */
async function answer(pay, { customerOf, signed }, incoming) {
  const [first, second, ...rest] = incoming.path.split('/').filter(Boolean).map(decodeURIComponent);
  const is = (method) => incoming.method === method && rest.length === 0;
  if (first === 'callback' && second !== undefined && is('POST')) {
    return callback(pay, second, incoming.headers, await incoming.body(CALLBACK_BYTES_MAX));
  }
  if (first === 'mock-checkout' && second === undefined) {
    if ((await pay.health()).mode !== 'development') return nothing();
    if (is('POST')) return mockChoice(pay, await incoming.body(FORM_BYTES_MAX));
    return is('GET') ? mockCheckout(pay, incoming.query.get('token'), incoming.query.get('language')) : nothing();
  }
  const isHistory = first === 'history' && second === undefined;
  if (!is('GET') || !(isHistory || second === 'status')) return nothing();
  const customer = await customerOf?.(incoming.request);
  if (typeof customer !== 'string' || customer === '') return nobody();
  if (isHistory) {
    const asked = { customer, page: number(incoming.query.get('page')), size: number(incoming.query.get('size')) };
    return json(200, historyOf(await pay.payments(asked)));
  }
  const payment = await pay.payment(first);
  if (payment.customer === customer) return signed(payment.id, json(200, statusOf(payment)));
  // Another's is answered like one that does not exist.
  throw refused('not_found', 'payment_not_found', {
    message: `There is no payment ${first}.`, messageZh: `支付单 ${first} 不存在。`, httpStatus: 404, details: { payment: first },
  });
}

/**
 * What answers requests as a host's options say; that its `statusKeys` can sign is looked at here, when the host starts. What the
 * engine or the adapter refuses is answered with its code.
 */
function answering({ customerOf, statusKeys }) {
  const prepared = { customerOf, signed: signer(statusKeys) };
  return async (pay, incoming) => {
    try {
      return await answer(pay, prepared, incoming);
    } catch (error) {
      if (error instanceof URIError) return nothing();
      if (error instanceof classes.PaywrightError) return problem(error);
      throw error;
    }
  };
}

/** The raw body of Node's request, of which no more than `limit` bytes are ever held. */
async function bodyOf(request, limit) {
  if (Number(request.headers['content-length']) > limit) throw tooLarge(limit);
  const pieces = [];
  let size = 0;
  for await (const piece of request) {
    size += piece.length;
    if (size > limit) throw tooLarge(limit);
    pieces.push(piece);
  }
  return Buffer.concat(pieces, size);
}

module.exports = { answering, bodyOf, parsed, tooLarge };
