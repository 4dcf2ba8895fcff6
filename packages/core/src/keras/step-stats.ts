import type { Tensor1D } from '@tensorflow/tfjs-core';
import { dispose, keep } from '@tensorflow/tfjs-core';

import type { Router } from '../contract/router.js';
import type { Routing } from '../contract/routing.js';
import { fail } from '../errors.js';
import { decodeRoutingStats } from '../stats/decode.js';
import { encodeRoutingStats } from '../stats/encode.js';
import type { EncodedStatistics } from '../stats/statistics.js';
import { encodeStatistics, joinStatistics } from '../stats/statistics.js';

/** One training pass, read back later. */
interface Pass {
  readonly stats: Tensor1D;
  readonly statistics?: Tensor1D;
  readonly decode: EncodedStatistics['decode'];
}

/** Statistics of the training passes of one step, kept until the router's state is moved by it. */
export class StepStats {
  readonly #router: string;
  #waiting: Pass[] = [];

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
    if (!hasState(router)) return;
    const stats = keep(encodeRoutingStats(routing, tokenMask));
    const { values, decode } = encodeStatistics(routing);
    this.#waiting.push({ stats, ...(values && { statistics: keep(values) }), decode });
  }

  async apply(router: Router): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { stats, statistics, decode } of waiting) {
      const figures = decodeRoutingStats(await stats.data<'float32'>());
      const read = decode((await statistics?.data<'float32'>()) ?? []);
      dispose([stats, ...(statistics ? [statistics] : [])]);
      const pass = { tokens: figures.tokens, statistics: read };
      router.afterStep?.(figures, joinStatistics([pass]));
    }
  }

  dispose(): void {
    this.#waiting.forEach(({ stats, statistics }) => dispose([stats, statistics ?? []]));
    this.#waiting = [];
  }
}

/** By the contract all state is in variables that optimisers leave alone. */
function hasState(router: Router): boolean {
  return router.afterStep !== undefined && router.variables().some(({ trainable }) => !trainable);
}
