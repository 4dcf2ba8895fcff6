import type { Metric, TelemetrySink, TrainEvent } from '@moekit/models';
import { format } from '@moekit/bench';

import { barPart } from './bar.js';
import { duration } from './duration.js';
import { describeWait } from './early-stop.js';
import { canRedraw, redraw } from './redraw.js';
import { columnsOf, write as writeTo } from './terminal.js';
import { fitLine } from './text/fit-line.js';
import { wrap } from './text/wrap.js';

/** Shortest time between two lines of mere progress where no terminal redraws them, in milliseconds. */
const INTERVAL = 15_000;

type StepEvent = Extract<TrainEvent, { type: 'step' }>;

/**
 * Shows one run: where it is, how fast, how long it will take. To stderr, so that stdout holds results alone: redrawn on
 * a terminal and erased at the end, lines elsewhere.
 */
export function trainProgress(metric: Metric, stream: NodeJS.WriteStream): TelemetrySink {
  const draw = canRedraw(stream) ? redraw(stream) : undefined;
  const pace = new Pace();
  let last = Date.now();
  const writeLine = (line: string) => {
    const lines = wrap([line], columnsOf(stream), { hanging: '  ' });
    writeTo(stream, `${lines.join('\n')}\n`);
  };
  const write = (event: TrainEvent) => {
    if (event.type === 'evaluation') {
      draw?.clear();
      writeLine(evaluationLine(event, metric));
      return;
    }
    if (event.type === 'early-stop') {
      draw?.clear();
      writeLine(earlyStopLine(event));
    }
    if (event.type !== 'step') return;
    const left = pace.secondsLeft(event);
    if (Date.now() - last < (draw ? 100 : INTERVAL)) return;
    last = Date.now();
    if (draw) draw((columns) => stepLine(event, left, { columns, bar: true }));
    else writeTo(stream, `${stepLine(event, left, { columns: columnsOf(stream), bar: false })}\n`);
  };
  return { write, close: () => draw?.clear() };
}

/** Time left at the pace of this process: a run that goes on has steps that cost it nothing. */
class Pace {
  readonly #started = performance.now();
  #first: number | undefined;

  secondsLeft({ step, steps, seconds }: StepEvent): number {
    this.#first ??= step;
    if (step === this.#first) return seconds * (steps - step);
    const each = (performance.now() - this.#started) / 1000 / (step - this.#first + 1);
    return each * (steps - step);
  }
}

/** A line of progress that fits the terminal. */
export function stepLine(
  { step, steps, loss, tokens, seconds }: StepEvent,
  left: number,
  { columns, bar }: { readonly columns: number; readonly bar: boolean },
): string {
  const parts = [
    ...(bar ? [barPart(step / steps, 4)] : []),
    { text: `step ${step}/${steps}`, importance: 0 },
    { text: `loss ${format.bits(loss)}`, importance: 1 },
    { text: `${format.count(tokens / seconds)} tokens/s`, importance: 3 },
    { text: `about ${duration(left)} left`, importance: 2 },
  ];
  return fitLine(parts, columns);
}

function evaluationLine(
  event: Extract<TrainEvent, { type: 'evaluation' }>,
  { name, unit }: Metric,
) {
  const { limited } = event.evaluation;
  const value = limited[name];
  const main = value === undefined ? '' : `  ${name} ${format.bits(value)} ${unit}`;
  return `step ${event.step}  held-out loss ${format.bits(limited.loss)}${name === 'loss' ? '' : main}`;
}

function earlyStopLine(event: Extract<TrainEvent, { type: 'early-stop' }>) {
  return `step ${event.step}  stops early: ${describeWait(event.earlyStopping, event.minImprovement)}`;
}
