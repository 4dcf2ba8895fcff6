import type { RoutingStats } from '@moekit/core';
import type { TrainEvent } from '@moekit/models';
import { sumStats } from '@moekit/models';

import type { Trial } from '../results/trial-schema.js';
import { summariseLayer } from './evaluate-trial.js';

type StepEvent = Extract<TrainEvent, { type: 'step' }>;

/** Some consecutive training steps, folded as they come. */
export class TrainingPart {
  #steps = 0;
  #last = 0;
  #routerLoss = 0;
  readonly #metrics: Record<string, number> = {};
  #layers: readonly RoutingStats[] = [];

  add({ step, metrics, routerLoss, layers }: StepEvent): void {
    this.#steps++;
    this.#last = step;
    this.#routerLoss += routerLoss;
    for (const [name, value] of Object.entries(metrics)) {
      this.#metrics[name] = (this.#metrics[name] ?? 0) + value;
    }
    this.#layers = layers.map((layer, i) => {
      const before = this.#layers[i];
      return before ? sumStats([before, layer]) : layer;
    });
  }

  means(): Trial['trainingCurve'][number] {
    const mean = (sum: number) => sum / this.#steps;
    return {
      step: this.#last,
      metrics: Object.fromEntries(
        Object.entries(this.#metrics).map(([name, sum]) => [name, mean(sum)]),
      ),
      routerLoss: mean(this.#routerLoss),
      layers: this.#layers.map(summariseLayer),
    };
  }

  /** [layer][expert] share of the layer's rows. */
  loads(): number[][] {
    return this.#layers.map(({ tokensPerExpert }) => {
      const all = tokensPerExpert.reduce((sum, rows) => sum + rows, 0);
      return tokensPerExpert.map((rows) => (all === 0 ? 0 : rows / all));
    });
  }
}
