import type { RoutingStats } from '@moekit/core';

/**
 * Slot counts of the last steps, so that load is balanced over more tokens than one batch holds.
 *
 * Qiu 2025 (2501.11873) sums the counts of all ranks, and of the micro-steps of one optimiser step. One process routes one
 * batch at a time and `route` changes no state, so the sum goes back over optimiser steps here: after each,
 * `load = (1 - 1/W) (load + counts)`, which with the current batch weighs W steps in all. W = 1 keeps nothing.
 */
export class RecentLoad {
  readonly #keep: number;
  readonly #counts: number[];

  /** @param slots N, or N + 1 with null slots, whose counts go together      @param window W, in steps */
  constructor(slots: number, window: number) {
    this.#keep = 1 - 1 / window;
    this.#counts = new Array<number>(slots).fill(0);
  }

  /** Decayed counts of the steps so far, [N] or [N+1]. */
  get counts(): readonly number[] {
    return this.#counts;
  }

  add({ tokensPerExpert, nullSlots }: RoutingStats): void {
    const step = [...tokensPerExpert, nullSlots];
    this.#counts.forEach((count, i) => (this.#counts[i] = this.#keep * (count + step[i]!)));
  }
}
