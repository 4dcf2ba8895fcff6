import type { RoutingStats } from '@moekit/core';
import { summariseRouting, sumRoutingStats } from '@moekit/core';
import type { TrainEvent } from '@moekit/models';

import type { Trial } from '../results/trial-schema.js';

type StepEvent = Extract<TrainEvent, { type: 'step' }>;

/** Some consecutive training steps, folded as they come. */
export class TrainingPart {
  #steps = 0;
  #last = 0;
  #routerLoss = 0;
  readonly #metrics = new Map<string, { sum: number; steps: number }>();
  #layers: readonly RoutingStats[] = [];

  add({ step, metrics, routerLoss, layers }: StepEvent): void {
    this.#steps++;
    this.#last = step;
    this.#routerLoss += routerLoss;
    for (const [name, value] of Object.entries(metrics)) {
      // a figure of nothing, such as answers of a kind that was not asked, is left out of a step
      const before = this.#metrics.get(name) ?? { sum: 0, steps: 0 };
      this.#metrics.set(name, { sum: before.sum + value, steps: before.steps + 1 });
    }
    this.#layers = layers.map((layer, i) => {
      const before = this.#layers[i];
      return before ? sumRoutingStats([before, layer]) : layer;
    });
  }

  means(): Trial['trainingCurve'][number] {
    return {
      step: this.#last,
      metrics: Object.fromEntries(
        [...this.#metrics].map(([name, { sum, steps }]) => [name, sum / steps]),
      ),
      routerLoss: this.#routerLoss / this.#steps,
      layers: this.#layers.map(summariseRouting),
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
