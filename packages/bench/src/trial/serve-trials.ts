import { bind, createRunContainer, resolveBinding } from '@moekit/core/di';
import type { LoadProgress } from '@moekit/data';
import type { DependencyContainer } from 'tsyringe';

import { parts } from './parts.js';
import { didWrong } from '../plugins/describe-load-error.js';
import { inspectRouter } from '../plugins/inspect-router.js';
import { inspectTask } from './inspect-task.js';
import type { Channel } from './channel.js';
import { takeChannel } from './channel.js';
import { describeError, describeRefusal, oneLine } from './describe-error.js';
import { endWithParent } from './end-with-parent.js';
import type { Progress, Report } from './messages.js';
import { requestSchema } from './messages.js';
import { runTrial } from './run-trial.js';

/** Shortest time between two messages of what is under way, in milliseconds. */
const INTERVAL = 100;

/**
 * Makes this process a worker: it does the one thing that its parent asks for (a trial, or a look at a plug-in), reports,
 * and ends. It leaves Ctrl-C and a closed terminal to the parent, and ends with it.
 * @param compose gives the container of the application, `addTrialSinks` included; what it throws is reported
 */
export function serveTrials(compose: () => Promise<DependencyContainer>): void {
  for (const signal of ['SIGINT', 'SIGHUP']) process.on(signal, () => undefined);
  const followed = endWithParent();
  const channel = takeChannel();
  process.on('uncaughtException', (error) => {
    const { code, message } = describeError(error);
    channel.end({ type: 'failed', error: { code, message: `an unhandled error: ${message}` } });
  });
  process.once('message', (message) => {
    void answer(message, compose, channel).then((report) => channel.end(report));
  });
  void followed.then(() => channel.send({ type: 'ready' }));
}

async function answer(
  message: unknown,
  compose: () => Promise<DependencyContainer>,
  { send }: Channel,
): Promise<Report> {
  const onProgress = throttled((progress: Progress) => send({ type: 'progress', progress }));
  const onLoading = throttled((progress: LoadProgress) => send({ type: 'loading', progress }));
  const request = requestSchema.parse(message);
  try {
    const application = await compose();
    if (request.type === 'run') {
      const run = createRunContainer(application);
      bind(run, parts.progress, () => onProgress);
      bind(run, parts.warn, () => (text) => send({ type: 'warning', message: oneLine(text) }));
      return { type: 'done', trial: await runTrial(request.job, run) };
    }
    const registry = resolveBinding(application, parts.registry);
    if (request.type === 'inspect-router') {
      return { type: 'router', name: await inspectRouter(request, registry) };
    }
    return { type: 'task', facts: await inspectTask(request, registry, onLoading) };
  } catch (error) {
    const refusal = request.type === 'run' ? undefined : describeRefusal(error);
    if (refusal && !didWrong(refusal)) return { type: 'refused', refusal };
    return { type: 'failed', error: describeError(error) };
  }
}

function throttled<Value>(emit: (value: Value) => void): (value: Value) => void {
  let last = 0;
  return (value) => {
    const now = performance.now();
    if (now - last < INTERVAL) return;
    last = now;
    emit(value);
  };
}
