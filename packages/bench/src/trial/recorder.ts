import type { RoutingStats } from '@moekit/core';
import type { TrainEvent } from '@moekit/models';

import { median } from '../statistics/summary.js';
import type { FlopsCount } from './count-flops.js';
import { addCount, nothingCounted } from './count-flops.js';
import type { Progress } from './messages.js';

/** Equal parts of training that the load history tells apart. */
const HISTORY = 16;
/** First steps, left out of the rate: they compile and allocate. */
const WARM_UP = 3;

type StepEvent = Extract<TrainEvent, { type: 'step' }>;

/** Collects what one training run says, in plain numbers and bounded size. */
export class Recorder {
  readonly #rates: number[] = [];
  readonly #curve: { step: number; loss: number; bitsPerByte: number }[] = [];
  readonly #trainingLoss: number[] = [];
  readonly #history = new Map<number, number[][]>();
  #sinceLastPoint: number[] = [];
  #flops: FlopsCount = nothingCounted;
  #last: StepEvent | undefined;

  record(event: TrainEvent): void {
    if (event.type === 'step') this.#recordStep(event);
    else this.#recordPoint(event);
  }

  /** Null before the first step. */
  progress(): Progress | null {
    if (!this.#last) return null;
    const { step, steps, loss, tokens } = this.#last;
    const tokensPerSecond = this.tokensPerSecond();
    const secondsLeft = ((steps - step) * tokens) / Math.max(tokensPerSecond, 1e-9);
    return { step, steps, loss, tokensPerSecond, secondsLeft };
  }

  tokensPerSecond(): number {
    if (this.#rates.length === 0) return 0;
    return median(this.#rates.length > WARM_UP ? this.#rates.slice(WARM_UP) : this.#rates);
  }

  curve() {
    return this.#curve;
  }

  trainingLoss() {
    return this.#trainingLoss;
  }

  flops(): FlopsCount {
    return this.#flops;
  }

  /** [time][layer][expert] share of the layer's rows. */
  loadHistory(): number[][][] {
    return [...this.#history.values()].map((layers) =>
      layers.map((rows) => {
        const all = rows.reduce((sum, value) => sum + value, 0);
        return rows.map((value) => (all === 0 ? 0 : value / all));
      }),
    );
  }

  #recordStep(event: StepEvent): void {
    this.#last = event;
    this.#rates.push(event.tokens / event.seconds);
    this.#sinceLastPoint.push(event.loss);
    this.#flops = addCount(this.#flops, event);
    const part = Math.floor(((event.step - 1) * HISTORY) / event.steps);
    this.#history.set(part, addLoads(this.#history.get(part), event.layers));
  }

  #recordPoint({ step, evaluation }: Extract<TrainEvent, { type: 'evaluation' }>): void {
    const { loss, bitsPerByte } = evaluation.limited;
    this.#curve.push({ step, loss, bitsPerByte: bitsPerByte! });
    const losses = this.#sinceLastPoint;
    this.#trainingLoss.push(losses.reduce((sum, value) => sum + value, 0) / losses.length);
    this.#sinceLastPoint = [];
  }
}

function addLoads(before: number[][] | undefined, layers: readonly RoutingStats[]): number[][] {
  return layers.map(({ tokensPerExpert }, layer) =>
    tokensPerExpert.map((rows, expert) => rows + (before?.[layer]?.[expert] ?? 0)),
  );
}
