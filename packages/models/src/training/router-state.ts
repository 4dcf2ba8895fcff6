import type { MoELayer } from '@moekit/core';
import { dispose } from '@tensorflow/tfjs-core';

/** Keeps the state that micro-batches move, so that a step that is not taken leaves none of it behind. */
export class RouterStates {
  readonly #saved;

  constructor(layers: readonly MoELayer[]) {
    this.#saved = layers
      .filter(({ router }) => router.afterMicroBatch)
      .flatMap(({ router }) => router.variables().filter(({ trainable }) => !trainable))
      .map((variable) => ({ variable, before: variable.clone() }));
  }

  restore(): void {
    this.#saved.forEach(({ variable, before }) => variable.assign(before));
  }

  dispose(): void {
    dispose(this.#saved.map(({ before }) => before));
  }
}
