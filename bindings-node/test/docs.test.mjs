// Every page with code for Node: each block runs, word for word, in an empty folder and a process of its own.

import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { blocks, run } from './pages.mjs';

const ROOT = new URL('../../', import.meta.url);
const read = (page) => readFileSync(new URL(page, ROOT), 'utf8');
const NODE = readdirSync(new URL('docs/node/', ROOT)).map((name) => `docs/node/${name}`);
const LANGUAGES = new Set(['js', 'ts', 'json', 'sh', 'text']);
/** Of these, only the blocks in JavaScript are Node's to run. */
const OTHERS = ['bindings-node/README.md', 'examples/node/README.md'];
/** Commands that are not run, by page: they fetch packages. */
const EXEMPT = { 'docs/node/quickstart.md': ['npm init -y'] };

for (const page of [...NODE, ...OTHERS]) {
  // Protects: what a reader copies from a page works as it stands, in the order in which it stands.
  test(`${page} runs`, { timeout: 300_000 }, () => run(page, OTHERS.includes(page) ? new Set(['js']) : LANGUAGES));

  // Protects: a link to a file that is not there.
  test(`${page}: links`, () => {
    for (const [, target] of read(page).replace(/^```.*?^```$/gms, '').matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)) {
      if (!target.includes('://')) assert.ok(existsSync(new URL(target, new URL(page, ROOT))), target);
    }
  });
}

for (const page of NODE) {
  // Protects: a block that no test runs from standing on a page without being on the list here.
  test(`${page}: nothing is left out silently`, () => {
    const exempt = [];
    for (const { language, line, text, option, has } of blocks(read(page))) {
      assert.ok(LANGUAGES.has(language), `${page}:${line}`);
      const looked = option('file') ?? option('append') ?? option('same');
      if (!['js', 'sh'].includes(language)) assert.ok(looked ?? has('output'), `${page}:${line}: ${language} that nothing looks at`);
      if (has('exempt')) exempt.push(text.split('\n')[0]);
    }
    assert.deepEqual(exempt, EXEMPT[page] ?? []);
  });
}

// Protects: the lines on the front page do what their comments say.
test('what the front page prints', async () => {
  const printed = await run('README.md', new Set(['js']));
  assert.match(printed, /^redirect https:\S+\npaid \{"code":"SUCCESS"\}\ntrue\n$/);
});

// Protects: the pages can be found.
test('the pages are linked', () => {
  for (const page of NODE) assert.ok(read('docs/README.md').includes(page.slice('docs/'.length)), page);
  for (const page of NODE) assert.ok(read('bindings-node/README.md').includes(`../${page}`), page);
  assert.ok(blocks(read('README.md')).some(({ language }) => language === 'js'));
});
