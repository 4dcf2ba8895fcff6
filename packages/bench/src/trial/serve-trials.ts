import type { PluginRegistry } from '../plugins/registry.js';
import { describeError } from './describe-error.js';
import { endWithParent } from './end-with-parent.js';
import type { Progress, Report } from './messages.js';
import { requestSchema } from './messages.js';
import { runTrial } from './run-trial.js';

/** Shortest time between two progress messages, in milliseconds. */
const INTERVAL = 100;

/**
 * Makes this process a worker: it runs the one trial that its parent sends, reports, and ends. It leaves Ctrl-C and
 * a closed terminal to the parent, and ends with it.
 * @param registry the built-in routers; files are loaded on top of them
 */
export function serveTrials(registry: PluginRegistry): void {
  for (const signal of ['SIGINT', 'SIGHUP']) process.on(signal, () => undefined);
  endWithParent();
  process.once('disconnect', () => process.exit());
  process.once('message', (message) => {
    void answer(message, registry).then((report) => send(report, () => process.disconnect()));
  });
  send({ type: 'ready' });
}

async function answer(message: unknown, registry: PluginRegistry): Promise<Report> {
  try {
    const { job } = requestSchema.parse(message);
    return { type: 'done', trial: await runTrial(job, registry, throttled()) };
  } catch (error) {
    return { type: 'failed', error: describeError(error) };
  }
}

function throttled(): (progress: Progress) => void {
  let last = 0;
  return (progress) => {
    const now = performance.now();
    if (now - last < INTERVAL) return;
    last = now;
    send({ type: 'progress', progress });
  };
}

function send(report: Report, sent?: () => void): void {
  process.send?.(report, undefined, undefined, () => sent?.());
}
