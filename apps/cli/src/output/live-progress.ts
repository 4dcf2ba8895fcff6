import type { PoolEvent } from '@moekit/bench';
import { format } from '@moekit/bench';
import type { Observable } from 'rxjs';
import { auditTime, scan, Subscription } from 'rxjs';

import { barPart } from './bar.js';
import { duration } from './duration.js';
import { paint } from './paint.js';
import type { ProgressState } from './progress-state.js';
import { advance, initialProgress, secondsLeft, shareDone } from './progress-state.js';
import { redraw } from './redraw.js';
import type { Part } from './text/fit-line.js';
import { clip, fitLine } from './text/fit-line.js';

/** Characters of a label; a longer one is cut off: results have all of it. */
const LONGEST_LABEL = 28;

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
    states.subscribe((state) => {
      const elapsed = (Date.now() - started) / 1000;
      draw((columns) => progressLines(state, elapsed, columns));
    }),
  );
  return subscription;
}

/** The display as text, no line wider than the terminal. */
export function progressLines(state: ProgressState, elapsed: number, columns: number): string {
  const trials = [...state.running.values()];
  const longest = columns < 60 ? LONGEST_LABEL / 2 : LONGEST_LABEL;
  const labels = trials.map(({ job }) => clip(job.label, longest));
  const width = Math.max(0, ...labels.map(({ length }) => length));
  const lines = trials.map(({ job, progress }, i) => {
    const name = { text: labels[i]!, width, importance: 0 };
    const seed = { text: `seed ${job.seed}`, importance: 3 };
    const rest = progress === null ? STARTING : runningParts(progress);
    return fitLine([name, seed, ...rest], columns);
  });
  const left = secondsLeft(state, elapsed);
  const whole: Part[] = [
    { text: `${state.finished}/${state.total} trials`, importance: 0, paint: paint.bold },
    barPart(shareDone(state), 2),
    { text: `${duration(elapsed)} so far`, importance: 3, paint: paint.bold },
    ...(left === null
      ? []
      : [{ text: `about ${duration(left)} left`, importance: 1, paint: paint.bold }]),
  ];
  return [...lines, fitLine(whole, columns)].join('\n');
}

const STARTING: readonly Part[] = [
  barPart(0, 4),
  { text: 'starting', importance: 1, paint: paint.dim },
];

function runningParts({
  step,
  steps,
  loss,
  tokensPerSecond,
  secondsLeft: left,
}: NonNullable<Running['progress']>): readonly Part[] {
  return [
    barPart(step / steps, 4),
    { text: `${step}/${steps}`, importance: 1 },
    { text: `loss ${format.bits(loss)}`, importance: 2 },
    { text: `${format.count(tokensPerSecond)} tokens/s`, importance: 6 },
    { text: `${duration(left)} left`, importance: 5 },
  ];
}

type Running = ProgressState['running'] extends ReadonlyMap<string, infer Value> ? Value : never;
