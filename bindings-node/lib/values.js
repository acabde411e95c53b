'use strict';
// The few arguments that JavaScript has in more forms than the library takes. It reads nothing but their form.

/** Headers of any framework: web `Headers` and maps become pairs, everything else goes on as it is. */
function headers(given) {
  const pairs = given !== null && typeof given === 'object' && !Array.isArray(given)
    && typeof given[Symbol.iterator] === 'function';
  return pairs ? Array.from(given) : given;
}

/** An object as its JSON text. */
const json = (given) => (given !== null && typeof given === 'object' ? JSON.stringify(given) : given);

module.exports = { headers, json };
