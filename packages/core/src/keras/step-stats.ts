import type { Tensor1D } from '@tensorflow/tfjs-core';
import { keep } from '@tensorflow/tfjs-core';

import type { Router } from '../contract/router.js';
import type { Routing } from '../contract/routing.js';
import { fail } from '../errors.js';
import { decodeRoutingStats } from '../stats/decode.js';
import { encodeRoutingStats } from '../stats/encode.js';

/** Statistics of the training passes of one step, kept until the router's state is moved by it. */
export class StepStats {
  readonly #router: string;
  #waiting: Tensor1D[] = [];

  constructor(router: string) {
    this.#router = router;
  }

  /**
   * @param passes that one step makes: the places where the model uses the layer
   * @throws MOE_AFTER_STEP when the last step's are still waiting: the state would never move
   */
  expectRoom(passes: number): void {
    if (this.#waiting.length < Math.max(1, passes)) return;
    this.dispose();
    throw fail('MOE_AFTER_STEP', {
      asked: `The state of router ${this.#router} must be updated after each training step`,
      got: 'a second step without an update',
      fix: 'Pass callbacks: afterEachStep(model) to fit, or await layer.afterStep() after each step.',
    });
  }

  record(router: Router, routing: Routing, tokenMask: Tensor1D | undefined): void {
    if (hasState(router)) this.#waiting.push(keep(encodeRoutingStats(routing, tokenMask)));
  }

  async apply(router: Router): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const stats of waiting) {
      const values = await stats.data<'float32'>();
      stats.dispose();
      router.afterStep?.(decodeRoutingStats(values));
    }
  }

  dispose(): void {
    this.#waiting.forEach((stats) => stats.dispose());
    this.#waiting = [];
  }
}

/** By the contract all state is in variables that optimisers leave alone. */
function hasState(router: Router): boolean {
  return router.afterStep !== undefined && router.variables().some(({ trainable }) => !trainable);
}
