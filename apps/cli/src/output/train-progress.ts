import type { Metric, TelemetrySink, TrainEvent } from '@moekit/models';
import { format } from '@moekit/bench';

import { bar } from './bar.js';
import { duration } from './duration.js';
import { describeWait } from './early-stop.js';
import { paint } from './paint.js';
import { redraw, write as writeTo } from './terminal.js';

/** Shortest time between two lines of mere progress where no terminal redraws them, in milliseconds. */
const INTERVAL = 15_000;

type StepEvent = Extract<TrainEvent, { type: 'step' }>;

/**
 * Shows one run: where it is, how fast, how long it will take. To stderr, so that stdout holds results alone: redrawn on
 * a terminal and erased at the end, lines elsewhere.
 */
export function trainProgress(metric: Metric, stream: NodeJS.WriteStream): TelemetrySink {
  const draw = stream.isTTY ? redraw(stream) : undefined;
  const pace = new Pace();
  let last = Date.now();
  const write = (event: TrainEvent) => {
    if (event.type === 'evaluation') {
      draw?.clear();
      writeTo(stream, `${evaluationLine(event, metric)}\n`);
      return;
    }
    if (event.type === 'early-stop') {
      draw?.clear();
      writeTo(stream, `${earlyStopLine(event)}\n`);
    }
    if (event.type !== 'step') return;
    const line = stepLine(event, pace.secondsLeft(event));
    if (Date.now() - last < (draw ? 100 : INTERVAL)) return;
    last = Date.now();
    if (draw) draw(`${bar(event.step / event.steps)}  ${line}`);
    else writeTo(stream, `${line}\n`);
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

export function stepLine({ step, steps, loss, tokens, seconds }: StepEvent, left: number): string {
  const rate = `${format.count(tokens / seconds)} tokens/s`;
  return `step ${step}/${steps}  loss ${format.bits(loss)}  ${rate}  about ${duration(left)} left`;
}

function evaluationLine(
  event: Extract<TrainEvent, { type: 'evaluation' }>,
  { name, unit }: Metric,
) {
  const { limited } = event.evaluation;
  const value = limited[name];
  const main = value === undefined ? '' : `  ${name} ${format.bits(value)} ${paint.dim(unit)}`;
  return `step ${event.step}  held-out loss ${format.bits(limited.loss)}${name === 'loss' ? '' : main}`;
}

function earlyStopLine(event: Extract<TrainEvent, { type: 'early-stop' }>) {
  return `step ${event.step}  stops early: ${describeWait(event.earlyStopping, event.minImprovement)}`;
}
