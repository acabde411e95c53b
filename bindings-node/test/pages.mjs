// Runs the code on a page of documentation as a reader would: block after block, in one empty folder. It judges nothing but what
// the blocks themselves do and print.
//
//     js block                 a program of its own
//     any block file=PATH      written to that file; append=PATH: added to it
//     any block same=PATH      what stands in that file of the application in `test/next`, word for word
//     sh block                 run by the shell; `background`: left running until the next such block, or the page's end
//     sh exempt                not run: what it does has been done (the test lists these)
//     text output              what the block before it printed; a … stands for anything

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PACKAGE = fileURLToPath(new URL('..', import.meta.url));
const LONGEST_MS = 120_000;

/** The fenced blocks of a page: language, words behind it, text, and the line on which the text begins. */
export function blocks(page) {
  return [...page.matchAll(/^```([a-z]+)([^\n]*)\n(.*?)^```$/gms)].map(({ 1: language, 2: words, 3: text, index }) => {
    const line = page.slice(0, index).split('\n').length + 1;
    const option = (name) => words.split(' ').find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1);
    return { language, text, line, option, has: (word) => words.split(' ').includes(word) };
  });
}

/** A folder in which this package and what it is tested with are installed. */
function installed() {
  const place = mkdtempSync(join(tmpdir(), 'paywright-page-'));
  const modules = join(place, 'node_modules');
  mkdirSync(join(modules, '.bin'), { recursive: true });
  const there = join(PACKAGE, 'node_modules');
  for (const name of readdirSync(there)) if (!name.startsWith('.')) symlinkSync(join(there, name), join(modules, name));
  symlinkSync(PACKAGE, join(modules, 'paywright'));
  const commands = { paywright: join(PACKAGE, 'bin', 'paywright.js'), tsc: join(there, 'typescript', 'bin', 'tsc') };
  for (const [name, program] of Object.entries(commands)) symlinkSync(program, join(modules, '.bin', name));
  writeFileSync(join(place, 'package.json'), '{ "private": true }\n');
  return place;
}

const free = () => new Promise((resolve) => {
  const server = createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});

const reached = (port) => new Promise((resolve) => {
  const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
  socket.on('connect', () => socket.end());
});

class Page {
  printed = '';
  running = undefined;

  constructor(path, port) {
    Object.assign(this, { path, port, place: installed() });
    this.environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(PAYWRIGHT|NODE_)/.test(name)));
  }

  async one(block) {
    const { language, text, option } = block;
    const [file, append, same] = ['file', 'append', 'same'].map(option);
    if (same) {
      assert.equal(text, readFileSync(new URL(`next/${same}`, import.meta.url), 'utf8'), `${this.path}: ${same}`);
    } else if (file ?? append) {
      mkdirSync(dirname(join(this.place, file ?? append)), { recursive: true });
      appendFileSync(join(this.place, file ?? append), text, { flag: file ? 'w' : 'a' });
    } else if (language === 'js') {
      this.said(block, spawnSync(process.execPath, ['--input-type=module', '--eval', text], this.options()));
    } else if (language === 'sh' && block.has('background')) {
      await this.background(block);
    } else if (language === 'sh' && !block.has('exempt')) {
      this.said(block, spawnSync('sh', ['-eu', '-c', text], this.options()));
    } else if (language === 'text') {
      this.compare(block);
    }
  }

  options() {
    return { cwd: this.place, env: this.environment, encoding: 'utf8', timeout: LONGEST_MS };
  }

  said({ line }, { status, stdout, stderr }) {
    assert.equal(status, 0, `${this.path}:${line} ended with ${status}\n${stdout}${stderr}`);
    this.printed = stdout;
  }

  async background({ text, line }) {
    await this.stop();
    // A group of its own, to be ended with all that the shell starts.
    const { cwd, env } = this.options();
    this.running = spawn('sh', ['-eu', '-c', text], { cwd, env, detached: true, stdio: ['ignore', 'inherit', 'inherit'] });
    while (!(await reached(this.port))) {
      assert.equal(this.running.exitCode, null, `${this.path}:${line} ended`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async stop() {
    if (this.running && this.running.exitCode === null) {
      const ended = new Promise((resolve) => this.running.once('exit', resolve));
      process.kill(-this.running.pid, 'SIGKILL');
      await ended;
      // What the shell started may live a moment longer than the shell.
      while (await reached(this.port)) await new Promise((resolve) => setTimeout(resolve, 20));
    }
    this.running = undefined;
  }

  compare({ text, line }) {
    const literal = text.split('…').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.*?');
    assert.match(this.printed, new RegExp(`^${literal}$`, 's'), `${this.path}:${line} printed something else`);
  }
}

/** Runs a page of the repository; `languages` are those that are its own to run. Answers with what was printed last. */
export async function run(path, languages) {
  const port = await free();
  const text = readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8').replaceAll('8000', String(port));
  const page = new Page(path, port);
  try {
    for (const block of blocks(text).filter(({ language }) => languages.has(language))) await page.one(block);
    return page.printed;
  } finally {
    await page.stop();
    rmSync(page.place, { recursive: true });
  }
}
