import type { TelemetrySink, TrainEvent } from '@moekit/models';

import type { Trial } from '../results/trial-schema.js';
import { median } from '../statistics/summary.js';
import { BalanceCurve } from './balance-curve.js';
import type { FlopsCount } from './count-flops.js';
import { addCount, nothingCounted, trainingFlops } from './count-flops.js';
import type { Progress } from './messages.js';
import { TrainingPart } from './training-part.js';

/** Equal parts of training that the curves and the load history tell apart. */
const PARTS = 16;
/** First steps, left out of the rate: they compile and allocate. */
const WARM_UP = 3;

type StepEvent = Extract<TrainEvent, { type: 'step' }>;

/** Collects what one training run says, in plain numbers and bounded size. */
export class Recorder implements TelemetrySink {
  readonly #rates: number[] = [];
  readonly #curve: Trial['curve'] = [];
  readonly #parts = new Map<number, TrainingPart>();
  readonly #balance = new BalanceCurve();
  #flops: FlopsCount = nothingCounted;
  #last: StepEvent | undefined;

  write(event: TrainEvent): void {
    if (event.type === 'step') this.#recordStep(event);
    else if (event.type === 'evaluation') this.#recordPoint(event);
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

  curve(): Trial['curve'] {
    return this.#curve;
  }

  trainingCurve(): Trial['trainingCurve'] {
    return [...this.#parts.values()].map((part) => part.means());
  }

  balanceCurve(): NonNullable<Trial['balanceCurve']> {
    return this.#balance.points();
  }

  flops(): FlopsCount {
    return this.#flops;
  }

  /** [time][layer][expert] share of the layer's rows. */
  loadHistory(): number[][][] {
    return [...this.#parts.values()].map((part) => part.loads());
  }

  #recordStep(event: StepEvent): void {
    this.#last = event;
    this.#balance.add(event);
    this.#rates.push(event.tokens / event.seconds);
    this.#flops = addCount(this.#flops, event);
    const index = Math.floor(((event.step - 1) * PARTS) / event.steps);
    const part = this.#parts.get(index) ?? new TrainingPart();
    this.#parts.set(index, part);
    part.add(event);
  }

  #recordPoint({ step, evaluation }: Extract<TrainEvent, { type: 'evaluation' }>): void {
    const { total } = trainingFlops(this.#flops);
    this.#curve.push({ step, metrics: evaluation.limited, trainingFlops: total });
  }
}
