'use strict';
// A gateway of the host's own: pure functions from what the engine tells to what it shall send or believe. The engine sends,
// keeps time, repeats and decides.

/** Thrown by a gateway that cannot or will not: `code` is one of the table's. */
class Refusal extends Error {
  constructor(code, details = {}) {
    super(`${code} ${Object.values(details).join(', ')}`.trim());
    this.name = 'Refusal';
    this.code = code;
    this.details = details;
  }
}

/** Headers as they came: looked up without regard to case. */
class ReceivedHeaders {
  constructor(lines) {
    this.lines = lines;
  }

  /** The one value of a header. Refused with `duplicate_field` when it came twice. */
  one(name) {
    const found = this.lines.filter(([known]) => known.toLowerCase() === name.toLowerCase());
    if (found.length > 1) throw new Refusal('duplicate_field', { field: name });
    return found[0]?.[1] ?? null;
  }
}

const reply = (status, code) => ({ status, body: Buffer.from(JSON.stringify({ code })), contentType: 'application/json' });

class Gateway {
  learn(errand) {
    throw new Refusal('internal', { what: `an errand for nobody: ${errand.purpose}` });
  }

  probe() {
    return null;
  }

  diagnose() {
    return [];
  }

  warnings() {
    return [];
  }

  acknowledge() {
    return reply(200, 'SUCCESS');
  }

  refuse() {
    return reply(403, 'FAIL');
  }

  askAgain() {
    return reply(503, 'RETRY');
  }
}

/** What is told, in the forms that a gateway reads: headers become an object that looks names up. */
function told(method, given) {
  if (method === 'receive') return [new ReceivedHeaders(given[0]), ...given.slice(1)];
  const isResponse = (one) => one !== null && typeof one === 'object' && 'status' in one && Array.isArray(one.headers);
  return given.map((one) => (isResponse(one) ? { ...one, headers: new ReceivedHeaders(one.headers) } : one));
}

/** What an engine is opened with for a gateway: what never changes, and the function that asks it everything else. */
function handed(gateway) {
  const fixed = {
    facts: gateway.facts,
    acknowledge: gateway.acknowledge(),
    refuse: gateway.refuse(),
    askAgain: gateway.askAgain(),
  };
  const ask = ({ method, arguments: given }) => {
    try {
      return { value: gateway[method](...told(method, given)) };
    } catch (error) {
      if (error instanceof Refusal) return { refusal: { code: error.code, details: error.details } };
      // What it says may hold anything; only its type goes on, the rest is for the host's own log.
      process.emitWarning(new Error(`the gateway ${gateway.facts.name} threw in ${method}`, { cause: error }));
      return { raised: String(error?.constructor?.name ?? typeof error) };
    }
  };
  return [fixed, ask];
}

module.exports = { Gateway, Refusal, ReceivedHeaders, handed };
