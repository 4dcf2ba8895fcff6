import { Worker } from 'node:worker_threads';

/** Milliseconds between two looks. */
const INTERVAL = 250;

/** How this process follows its parent. */
export interface Following {
  /** Milliseconds between two looks. */
  readonly interval?: number;
  /** Whether it stands still (SIGSTOP) where the parent does; whoever lets the parent go on lets it go on. Linux only. */
  readonly standStill?: boolean;
}

const WATCH = `
const { readFileSync } = require('node:fs');
const { workerData: { parent, interval, standStill } } = require('node:worker_threads');
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
if (standStill) setInterval(() => isStopped() && process.kill(process.pid, 'SIGSTOP'), ${INTERVAL});`;

/** Ends this process soon after its parent, however that ended; in a thread of its own, for this one may be busy for ever. */
export function endWithParent({ interval = INTERVAL, standStill = false }: Following = {}): void {
  const workerData = { parent: process.ppid, interval, standStill };
  new Worker(WATCH, { eval: true, workerData, execArgv: [] }).unref();
}
