'use strict';
// Events and pages one by one, for `for await`. It remembers nothing but where it is.

const { setTimeout: pause } = require('node:timers/promises');

const INTERVAL_MS = 1000;

/** Waits, unless the signal ends it first; answers whether to go on. */
async function waited(milliseconds, signal) {
  if (signal?.aborted) return false;
  try {
    await pause(milliseconds, undefined, { signal });
    return true;
  } catch {
    return false;
  }
}

/** Whether an error is only the signal's. */
const ended = (error, signal) => signal?.aborted && (error === signal.reason || error.name === 'AbortError');

/** Every event after a sequence number, and then each new one, until the signal or the loop ends it. */
async function* follow(next, { signal, intervalMs = INTERVAL_MS } = {}) {
  while (!signal?.aborted) {
    let events;
    try {
      events = await next();
    } catch (error) {
      if (ended(error, signal)) return;
      throw error;
    }
    for (const event of events) {
      yield event;
      if (signal?.aborted) return;
    }
    if (events.length === 0 && !(await waited(intervalMs, signal))) return;
  }
}

/** A promise of a page that can also be walked: over this page's items and those of all that follow. */
function paged(first, following) {
  return Object.defineProperty(first, Symbol.asyncIterator, {
    value: async function* () {
      let page = await first;
      // Something new at the front moves everything back by one; what was on the last page is then seen again.
      let seen = new Set();
      while (page.items.length > 0) {
        yield* page.items.filter((item) => !seen.has(item.id));
        if (page.page * page.size >= page.total) return;
        seen = new Set(page.items.map((item) => item.id));
        page = await following(page.page + 1);
      }
    },
  });
}

module.exports = { follow, paged };
