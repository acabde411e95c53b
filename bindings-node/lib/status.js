'use strict';
// The answer of the status route, signed: an application of the shop's own asks how a payment stands and believes only this. It
// makes no cryptography of its own, and prints no key.
//
// A signature is that of Standard Webhooks with a private key (`v1a`); the application holds the public one. The payment's id is
// the message's. Elsewhere such an id makes a repetition known; here a repetition does no harm: what is signed says how a payment
// stood at a time, which stays true. Its amount and currency never change, and no end is taken back but by money that came late
// (`failed`, `cancelled` or `expired` to `succeeded`). The id keeps an answer from passing for another payment's.

const { classes, refused } = require('./errors.js');
const { signatures } = require('./functions.js');

/** As many as a webhook takes: one counts, a second while it is rolled. */
const KEYS_MAX = 5;
const SETTING = 'statusKeys';
const PRIVATE = 'whsk_';
const OTHERS = { whpk_: 'a public key (whpk_…)', whsec_: 'a shared secret (whsec_…)' };

/** The refusals of the table of errors that concern a setting, in its words. */
const wrong = (code, message, messageZh, details) => refused('config_error', code, {
  message, messageZh, details: { setting: SETTING, ...details }, httpStatus: 500,
});
const invalid = (why) => wrong('config_invalid', `${SETTING} is wrong: ${why}.`, `${SETTING} 配置有误：${why}。`, { why });
const missing = (rule) => wrong('config_missing', `${SETTING} is not configured: ${rule}.`, `未配置 ${SETTING}：${rule}。`, { rule });
const empty = () => wrong('secret_empty', `The secret for ${SETTING} is empty.`, `${SETTING} 的密钥为空。`, {});
const ofType = (given, expected) => wrong(
  'key_type', `${SETTING} is ${given}; ${expected} is needed.`, `${SETTING} 是 ${given}；需要 ${expected}。`, { given, expected },
);

/** The key as text, once it has signed: what is wrong with it is told now and not to whoever asks first. */
function tried(key) {
  if (typeof key !== 'string' && !(key instanceof Uint8Array)) {
    throw invalid(`a key is ${key === null ? 'null' : typeof key}; text is needed`);
  }
  const text = typeof key === 'string' ? key : Buffer.from(key).toString();
  if (text !== '' && !text.startsWith(PRIVATE)) {
    const given = Object.entries(OTHERS).find(([prefix]) => text.startsWith(prefix))?.[1] ?? 'something else';
    throw ofType(given, `a private key (${PRIVATE}…)`);
  }
  try {
    signatures.standardWebhooksSign('pay', 0, Buffer.alloc(0), text);
  } catch (error) {
    if (!(error instanceof classes.ConfigError)) throw error;
    // In the words of this option: the function's own speak of a webhook.
    throw error.code === 'secret_empty' ? empty() : invalid(error.details.why);
  }
  return text;
}

/**
 * The private keys of the option `statusKeys`, tried. Answers with what signs an answer about a payment; where there are none, with
 * what leaves it as it is. Throws `config_missing`, `secret_empty`, `key_type`, `config_invalid`.
 */
function signer(given) {
  if (given === undefined || given === null) return (_id, answer) => answer;
  const all = Array.isArray(given) ? given : [given];
  if (all.length === 0) throw missing(`name a private key (${PRIVATE}…), or leave the option out`);
  if (all.length > KEYS_MAX) throw invalid(`${all.length} keys; at most ${KEYS_MAX}`);
  const keys = all.map(tried);
  return (id, answer) => {
    const now = Math.floor(Date.now() / 1000);
    const signed = keys.map((key) => signatures.standardWebhooksSign(id, now, answer.body, key));
    const headers = { 'webhook-id': id, 'webhook-timestamp': String(now), 'webhook-signature': signed.join(' ') };
    return { ...answer, headers: { ...answer.headers, ...headers } };
  };
}

module.exports = { signer };
