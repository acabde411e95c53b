'use strict';
// What Paywright rejects with and throws: one class for each way in which a caller handles an error. `code` says exactly
// what is wrong and never changes its spelling.

class PaywrightError extends Error {
  constructor(refusal) {
    super(refusal.message);
    this.code = refusal.code;
    this.messageZh = refusal.messageZh;
    this.retryable = refusal.retryable;
    this.httpStatus = refusal.httpStatus;
    this.details = refusal.details;
    this.reply = refusal.reply;
  }

  get group() {
    return '';
  }
}

const classes = { PaywrightError };
const byGroup = new Map();

for (const [name, group] of [
  ['InvalidInput', 'invalid_input'],
  ['NotFound', 'not_found'],
  ['Conflict', 'conflict'],
  ['SignatureInvalid', 'signature_invalid'],
  ['Declined', 'declined'],
  ['GatewayError', 'gateway_error'],
  ['RateLimited', 'rate_limited'],
  ['GatewayUnavailable', 'gateway_unavailable'],
  ['CredentialsRejected', 'credentials_rejected'],
  ['StorageError', 'storage_error'],
  ['ConfigError', 'config_error'],
  ['InternalError', 'internal_error'],
]) {
  const one = { [name]: class extends PaywrightError {
    get group() {
      return group;
    }
  } }[name];
  classes[name] = one;
  byGroup.set(group, one);
}

for (const one of Object.values(classes)) {
  Object.defineProperty(one.prototype, 'name', { value: one.name, writable: true, configurable: true });
}

/** Throws a refusal of the library. Whoever asked first stands on top of the stack: it begins below `caller`. */
function refuse(refusal, caller = refuse) {
  const error = new (byGroup.get(refusal.group) ?? PaywrightError)(refusal);
  Error.captureStackTrace(error, caller);
  throw error;
}

/** What a call of the library answered with, or its refusal thrown. */
function opened(answer) {
  return answer.refusal === undefined ? answer.value : refuse(answer.refusal, opened);
}

/** A refusal that only the JavaScript side can know of, with a code of the table. */
function refused(group, code, { message, messageZh, details, httpStatus = 400 }) {
  return new (byGroup.get(group))({ code, message, messageZh, details, httpStatus, retryable: false, reply: null });
}

module.exports = { classes, opened, refuse, refused };
