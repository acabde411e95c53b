// A visitor with a browser window: keeps a picture of every page in `.build/screenshots`, and looks whether it is fit to be used.

import assert from 'node:assert/strict';
import { existsSync, mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const PROGRAM = [process.env.PAYWRIGHT_CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
  .find((path) => path && existsSync(path));
const ARGUMENTS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage'];
const SCREENSHOTS = fileURLToPath(new URL('../../.build/screenshots/', import.meta.url));
export const WINDOWS = { desktop: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } };
/** Why pages cannot be looked at here, if they cannot. */
export const skip = PROGRAM ? false : 'Chromium was not found';

/** What everybody needs of a page: title, language, one heading, controls with names, nothing beyond the right edge. */
function complaints() {
  const wrong = [];
  if (!document.title.trim()) wrong.push('no title');
  if (!document.documentElement.lang) wrong.push('no language');
  if (!document.querySelector('meta[name=viewport]')) wrong.push('no viewport');
  if (document.querySelectorAll('h1').length !== 1) wrong.push('not one main heading');
  for (const control of document.querySelectorAll('button, a')) {
    if (!control.textContent.trim()) wrong.push(`a control without a name: ${control.outerHTML}`);
    if (control.getBoundingClientRect().right > window.innerWidth + 1) wrong.push(`cut off: ${control.textContent}`);
  }
  const over = document.documentElement.scrollWidth - window.innerWidth;
  if (over > 1) wrong.push(`${over} pixels too wide`);
  return wrong;
}

/** Lends a visitor with a window of that size; what went wrong in any of the pages fails at the end. */
export async function visiting(example, window, use) {
  const browser = await chromium.launch({ executablePath: PROGRAM, headless: true, args: ARGUMENTS });
  const trouble = [];
  try {
    const phone = window === 'phone';
    const context = await browser.newContext({ viewport: WINDOWS[window], isMobile: phone, hasTouch: phone });
    context.on('weberror', (error) => trouble.push(String(error.error())));
    context.on('response', (answer) => { if (answer.status() >= 500) trouble.push(`${answer.status()}: ${answer.url()}`); });
    const see = async (name, page) => {
      mkdirSync(`${SCREENSHOTS}${example}`, { recursive: true });
      await page.screenshot({ path: `${SCREENSHOTS}${example}/${name}-${window}.png`, fullPage: true });
      trouble.push(...(await page.evaluate(complaints)).map((complaint) => `${name}: ${complaint}`));
    };
    await use({ tab: () => context.newPage(), see });
  } finally {
    await browser.close();
  }
  assert.deepEqual(trouble, []);
}
