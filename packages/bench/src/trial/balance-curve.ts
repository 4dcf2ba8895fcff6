import { summariseRouting } from '@moekit/core';
import type { TrainEvent } from '@moekit/models';

import type { Trial } from '../results/trial-schema.js';

/** Points of the curve; a run of no more steps has a point for each. */
const POINTS = 200;

type StepEvent = Extract<TrainEvent, { type: 'step' }>;
type Point = NonNullable<Trial['balanceCurve']>[number];

/**
 * Max violation of each layer over training. Each point is the mean of the values of some steps, not the value of their
 * summed loads, in which an expert that is idle now and crowded then looks even.
 */
export class BalanceCurve {
  readonly #points: Point[] = [];
  #sums: number[] = [];
  #steps = 0;

  add({ step, steps, layers }: StepEvent): void {
    const values = layers.map((layer) => summariseRouting(layer).maxViolation);
    if (values.length === 0) return;
    this.#sums = values.map((value, i) => value + (this.#sums[i] ?? 0));
    this.#steps++;
    const each = Math.ceil(steps / POINTS);
    if (step % each !== 0 && step !== steps) return;
    this.#points.push({ step, layers: this.#sums.map((sum) => sum / this.#steps) });
    this.#sums = [];
    this.#steps = 0;
  }

  points(): Point[] {
    return this.#points;
  }
}
