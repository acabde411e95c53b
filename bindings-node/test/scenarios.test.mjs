// The stories that every language tells, in Node.

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { METHODS, ROOT, play, read } from './scenario.mjs';

const FILES = readdirSync(new URL('tests/scenarios/', ROOT)).filter((name) => name.endsWith('.json')).sort();

for (const name of FILES) {
  // Protects: Node sees the same engine as every other language.
  test(name, () => play(read(`tests/scenarios/${name}`)));
}

// Protects: a public method that no scenario calls is a method that nobody tests in every language.
test('every method has a story', () => {
  const called = new Set(FILES.flatMap((name) => read(`tests/scenarios/${name}`).steps).map((step) => step.call));
  assert.deepEqual([...METHODS.keys()].filter((name) => !called.has(name)), []);
});
