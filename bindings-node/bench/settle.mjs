// Settles per second through the typed API, 32 at a time, and how late the event loop was meanwhile. It also says what the
// package costs to load.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Paywright, gateways } from 'paywright';

const SETTLES = Number(process.env.SETTLES ?? 2000);
const AT_ONCE = 32;

const folder = mkdtempSync(join(tmpdir(), 'paywright-'));
const pay = await Paywright.open(join(folder, 'shop.db'), { gateways: [gateways.mock()], mode: 'test' });
const callbacks = [];
for (let count = 0; count < SETTLES; count += 1) {
  const { id } = await pay.createOrder({ currency: 'CNY', amount: '1.00' });
  const payment = await pay.createPayment(id);
  callbacks.push((await pay.mockCallbacks(payment.id, 'success'))[0]);
}

const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
const began = performance.now();
await Promise.all(Array.from({ length: AT_ONCE }, async () => {
  for (let one = callbacks.pop(); one; one = callbacks.pop()) await pay.handleCallback('mock', one);
}));
const seconds = (performance.now() - began) / 1000;
delay.disable();
const report = await pay.verify();
await pay.close();
rmSync(folder, { recursive: true });
if (!report.ok) throw new Error('the books are wrong');

// The monitor counts from timer to timer: what is beyond its own resolution of 1 ms is lateness.
const late = (percentile) => Math.max(0, delay.percentile(percentile) / 1e6 - 1).toFixed(2);
console.log(`settles per second, ${AT_ONCE} at once: ${(SETTLES / seconds).toFixed(0)}`);
console.log(`event loop late by: p50 ${late(50)} ms, p99 ${late(99)} ms, at most ${late(100)} ms`);

const load = "const began = performance.now(); require('paywright'); console.log(performance.now() - began)";
const cost = () => Number(execFileSync(process.execPath, ['-e', load], { cwd: new URL('..', import.meta.url) }));
console.log(`require: ${Math.min(...Array.from({ length: 9 }, cost)).toFixed(1)} ms`);
