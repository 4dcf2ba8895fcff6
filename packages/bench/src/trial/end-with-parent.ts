import { Worker } from 'node:worker_threads';

/** Milliseconds between two looks. */
const INTERVAL = 250;

const WATCH = `
const { workerData: parent } = require('node:worker_threads');
setInterval(() => {
  if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL');
}, ${INTERVAL});`;

/** Ends this process soon after its parent, however that ended; in a thread of its own, for this one may be busy for ever. */
export function endWithParent(): void {
  new Worker(WATCH, { eval: true, workerData: process.ppid, execArgv: [] }).unref();
}
