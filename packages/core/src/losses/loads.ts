import { stopGradient } from '@moekit/kernels';
import type { Rank, Tensor1D, Tensor2D, Variable } from '@tensorflow/tfjs-core';
import { add, mul, stack, sum, tensor1d, tidy, unstack, zerosLike } from '@tensorflow/tfjs-core';

import { parameter } from '../contract/parameter.js';
import type { StepStatistics } from '../contract/statistics.js';

/** The name of the counts among a router's statistics, unless another is given. */
export const STATISTIC = 'balance';

/** Counts of earlier passes: of this step, and with a window of the steps before it. */
export class Loads {
  readonly #keep: number;
  readonly #statistic: string;
  readonly #earlier: Variable<Rank.R2>; // [2,S]: the steps before, the micro-batches of this one

  constructor(
    slots: number,
    { scope, window }: { readonly scope: string; readonly window: number },
    statistic = STATISTIC,
  ) {
    this.#statistic = statistic;
    this.#keep = scope === 'window' ? 1 - 1 / window : 0;
    this.#earlier = parameter<Rank.R2>(new Float32Array(2 * slots), [2, slots], false);
  }

  /** @param counts float32 [S] of this pass      @returns float32 [S], a constant */
  with(counts: Tensor1D): Tensor1D {
    return add<Tensor1D>(counts, stopGradient(sum(this.#earlier, 0)));
  }

  passed(statistics: StepStatistics): void {
    this.#move(statistics, (before, inStep, counts) => [before, add(inStep, counts)]);
  }

  stepped(statistics: StepStatistics): void {
    this.#move(statistics, (before, inStep, counts) => [
      mul(add<Tensor1D>(before, counts), this.#keep),
      zerosLike(inStep),
    ]);
  }

  variables(): readonly Variable[] {
    return [this.#earlier];
  }

  dispose(): void {
    this.#earlier.dispose();
  }

  #move(
    statistics: StepStatistics,
    next: (before: Tensor1D, inStep: Tensor1D, counts: Tensor1D) => [Tensor1D, Tensor1D],
  ): void {
    const { [this.#statistic]: counts = [] } = statistics;
    const slots = this.#earlier.shape[1];
    const seen = counts.length === slots ? [...counts] : new Array<number>(slots).fill(0);
    tidy(() => {
      const [before, inStep] = unstack(this.#earlier) as [Tensor1D, Tensor1D];
      this.#earlier.assign(stack(next(before, inStep, tensor1d(seen))) as Tensor2D);
    });
  }
}
