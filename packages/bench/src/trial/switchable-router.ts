import type { RouteContext, Router, Routing, RoutingStats, StepStatistics } from '@moekit/core';
import type { Tensor, Tensor2D, Variable } from '@tensorflow/tfjs-core';

import { fail } from '../errors.js';

/** A router that can let another one decide with its own trained weights. */
export class SwitchableRouter implements Router {
  readonly #trained: Router;
  #deciding: Router;
  /** Absent where the trained router has none: numbers are then read back once a step. */
  readonly afterMicroBatch?: NonNullable<Router['afterMicroBatch']>;

  constructor(trained: Router) {
    this.#trained = trained;
    this.#deciding = trained;
    if (trained.afterMicroBatch) {
      this.afterMicroBatch = (...pass) => trained.afterMicroBatch?.(...pass);
    }
  }

  get name(): string {
    return this.#trained.name;
  }

  get numExperts(): number {
    return this.#trained.numExperts;
  }

  get causal(): boolean {
    return this.#trained.causal;
  }

  get expertsPerToken(): number | null {
    return this.#deciding.expertsPerToken;
  }

  /**
   * Lets `other` decide, with a copy of the trained weights, until the next call; without one the trained router does.
   * @throws BENCH_MATCH when their weights differ in number or shape
   */
  use(other?: Router): void {
    if (this.#deciding !== this.#trained) this.#deciding.dispose();
    this.#deciding = other ?? this.#trained;
    if (other) copyWeights(this.#trained, other);
  }

  route(x: Tensor2D, context: RouteContext): Routing {
    return this.#deciding.route(x, context);
  }

  flopsPerToken(): number {
    return this.#deciding.flopsPerToken();
  }

  get reference(): boolean {
    return this.#trained.reference ?? false;
  }

  afterStep(stats: RoutingStats, statistics: StepStatistics): void {
    this.#trained.afterStep?.(stats, statistics);
  }

  variables(): readonly Variable[] {
    return this.#trained.variables();
  }

  dispose(): void {
    this.use();
    this.#trained.dispose();
  }
}

function copyWeights(from: Router, to: Router): void {
  const shapes = (router: Router) => router.variables().map(({ shape }) => `[${shape.join(',')}]`);
  if (shapes(from).join() !== shapes(to).join()) {
    throw fail('BENCH_MATCH', {
      asked: `A trained ${from.name} router can be evaluated only with options that keep its weights`,
      got: `weights ${shapes(to).join(' ')} in place of ${shapes(from).join(' ')}`,
      fix: 'Leave options that add or remove weights out of evaluateAs.',
    });
  }
  to.variables().forEach((variable, i) => variable.assign(from.variables()[i] as Tensor));
}
