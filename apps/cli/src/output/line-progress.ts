import type { PoolEvent } from '@moekit/bench';
import { format } from '@moekit/bench';
import type { Observable, Subscription } from 'rxjs';

import { duration } from './duration.js';
import { oneLine } from './paint.js';
import type { ProgressState, Shown } from './progress-state.js';
import { advance, initialProgress, secondsLeft, shareDone } from './progress-state.js';
import { columnsOf, write } from './terminal.js';
import { plainLine } from './text/measure.js';
import { wrap } from './text/wrap.js';

/** Shortest time between two lines of mere progress, in milliseconds. */
const INTERVAL = 15_000;

/** One line per trial that ended, and one now and then in between. */
export function lineProgress(
  events: Observable<PoolEvent>,
  { jobs: total, metric }: Shown,
  stream: NodeJS.WritableStream,
): Subscription {
  const started = Date.now();
  let last = started;
  let state = initialProgress(total);
  return events.subscribe((event) => {
    state = advance(state, event);
    const ended = endLine(event, state, metric);
    if (ended === undefined && Date.now() - last < INTERVAL) return;
    last = Date.now();
    const line = ended ?? overall(state, (last - started) / 1000);
    const lines = wrap([plainLine(line)], columnsOf(stream), { hanging: '  ' });
    write(stream, `${lines.join('\n')}\n`);
  });
}

function endLine(
  event: PoolEvent,
  { finished, total }: ProgressState,
  { name, unit }: Shown['metric'],
): string | undefined {
  const { label, seed } = event.job;
  const place = `[${finished}/${total}] ${label} seed ${seed}`;
  if (event.type === 'failed') {
    return `${place}: ${event.error.code}: ${oneLine(event.error.message)}`;
  }
  if (event.type !== 'done') return undefined;
  const { limited, measured, machine } = event.trial;
  const value = measured[name] ?? limited[name];
  const quality = value === undefined ? '' : `${format.bits(value)} ${unit}, `;
  return `${place}: ${quality}${format.count(machine.tokensPerSecond)} tokens/s, ${duration(machine.seconds)}`;
}

function overall(state: ProgressState, elapsed: number): string {
  const left = secondsLeft(state, elapsed);
  const percent = Math.round(100 * shareDone(state));
  return `${percent}% done${left === null ? '' : `, about ${duration(left)} left`}`;
}
