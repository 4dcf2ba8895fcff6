import type { PoolEvent } from '@moekit/bench';
import { format } from '@moekit/bench';
import type { Observable } from 'rxjs';
import { auditTime, scan, Subscription } from 'rxjs';

import { bar } from './bar.js';
import { duration } from './duration.js';
import { paint } from './paint.js';
import type { ProgressState } from './progress-state.js';
import { advance, initialProgress, secondsLeft, shareDone } from './progress-state.js';
import { redraw } from './terminal.js';

const BAR = 20;

/** A line per running trial and one for the whole, redrawn in place; erased when unsubscribed. */
export function liveProgress(
  events: Observable<PoolEvent>,
  total: number,
  stream: NodeJS.WriteStream,
): Subscription {
  const draw = redraw(stream);
  const started = Date.now();
  const states = events.pipe(scan(advance, initialProgress(total)), auditTime(100));
  const subscription = new Subscription(() => draw.clear());
  subscription.add(
    states.subscribe((state) => draw(progressLines(state, (Date.now() - started) / 1000))),
  );
  return subscription;
}

/** The display as text. */
export function progressLines(state: ProgressState, elapsed: number): string {
  const trials = [...state.running.values()];
  const width = Math.max(0, ...trials.map(({ job }) => job.label.length));
  const lines = trials.map(({ job, progress }) => {
    const name = `${job.label.padEnd(width)}  seed ${job.seed}`;
    if (progress === null) return `${name}  ${bar(0, BAR)}  ${paint.dim('starting')}`;
    const { step, steps, loss, tokensPerSecond, secondsLeft: left } = progress;
    const rate = `${format.count(tokensPerSecond)} tokens/s`;
    return `${name}  ${bar(step / steps, BAR)}  ${step}/${steps}  loss ${format.bits(loss)}  ${rate}  ${duration(left)} left`;
  });
  const left = secondsLeft(state, elapsed);
  const whole = `${state.finished}/${state.total} trials  ${bar(shareDone(state), BAR)}  ${duration(elapsed)} so far${left === null ? '' : `, about ${duration(left)} left`}`;
  return [...lines, paint.bold(whole)].join('\n');
}
