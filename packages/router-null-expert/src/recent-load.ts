import type { RoutingStats } from '@moekit/core';
import { parameter, stopGradient } from '@moekit/core';
import type { Rank, Tensor1D, Variable } from '@tensorflow/tfjs-core';
import { add, mul, tensor1d, tidy } from '@tensorflow/tfjs-core';

/**
 * Slot counts of the last steps, so that load is balanced over more tokens than one batch holds.
 *
 * Qiu 2025 (2501.11873) sums the counts of all ranks, and of the micro-steps of one optimiser step. One process routes one
 * batch at a time and `route` changes no state, so the sum goes back over optimiser steps here: after each,
 * `load = (1 - 1/W) (load + counts)`, which with the current batch weighs W steps in all. W = 1 keeps nothing.
 */
export class RecentLoad {
  readonly #keep: number;
  readonly #counts: Variable<Rank.R1>; // [N] or [N+1]

  /** @param slots N, or N + 1 with null slots, whose counts go together      @param window W, in steps */
  constructor(slots: number, window: number) {
    this.#keep = 1 - 1 / window;
    this.#counts = parameter<Rank.R1>(new Float32Array(slots), [slots], false);
  }

  /** Decayed counts of the steps so far, float32 [N] or [N+1], a constant owned by the caller. */
  counts(): Tensor1D {
    return stopGradient<Tensor1D>(this.#counts);
  }

  add({ tokensPerExpert, nullSlots }: RoutingStats): void {
    const step = [...tokensPerExpert, nullSlots].slice(0, this.#counts.size);
    tidy(() => {
      this.#counts.assign(mul(add<Tensor1D>(this.#counts, tensor1d(step)), this.#keep));
    });
  }

  variables(): readonly Variable[] {
    return [this.#counts];
  }

  dispose(): void {
    this.#counts.dispose();
  }
}
