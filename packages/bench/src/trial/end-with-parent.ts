import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** Milliseconds between two looks. */
const INTERVAL = 250;

/** How this process follows its parent. */
export interface Following {
  /** Milliseconds between two looks. */
  readonly interval?: number;
  /** Whether this process waits, at its next turn, while the parent is stopped (SIGSTOP, Ctrl-Z). Linux only. */
  readonly standStill?: boolean;
}

const WATCH = `
const { readFileSync } = require('node:fs');
const { workerData: { parent, interval, stopped } } = require('node:worker_threads');
const isStopped = () => {
  try {
    return /\\) T/.test(readFileSync('/proc/' + parent + '/stat', 'latin1'));
  } catch {
    return false;
  }
};
setInterval(() => {
  if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL');
}, interval);
if (stopped) setInterval(() => {
  const now = isStopped();
  Atomics.store(stopped, 0, Number(now));
  if (!now) Atomics.notify(stopped, 0);
}, ${INTERVAL});`;

/**
 * Ends this process soon after its parent, however that ended; in a thread of its own, for this one may be busy for ever.
 * @returns when that thread runs: from Node.js 22 on, it does not start while this one is busy
 */
export async function endWithParent({
  interval = INTERVAL,
  standStill = false,
}: Following = {}): Promise<void> {
  const stopped = standStill ? new Int32Array(new SharedArrayBuffer(4)) : undefined;
  const workerData = { parent: process.ppid, interval, stopped };
  const watch = new Worker(WATCH, { eval: true, workerData, execArgv: [] });
  if (stopped) setInterval(() => Atomics.wait(stopped, 0, 1), INTERVAL).unref();
  await once(watch, 'online');
  watch.unref();
}
