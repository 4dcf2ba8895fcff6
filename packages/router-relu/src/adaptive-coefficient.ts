import type { RouterLoss, RouterState, RoutingStats } from '@moekit/core';
import { parameter } from '@moekit/core';
import type { Rank, Variable } from '@tensorflow/tfjs-core';
import { clipByValue, mul, tidy } from '@tensorflow/tfjs-core';

export interface CoefficientRule {
  /** k, open gates per token. */
  readonly expertsPerToken: number;
  /** lambda_0 */
  readonly startCoefficient: number;
  /** alpha, at least 1; 1 leaves lambda as it is. */
  readonly coefficientFactor: number;
}

/** Kept inside float32, from where a product with alpha leads back. */
const [SMALLEST, LARGEST] = [1e-30, 1e30];

/**
 * The weight of a sparsity loss, moved after each step until tokens open k gates on average.
 * Formula:  lambda <- lambda * alpha^sign(S_target - S),  S = 1 - pairs / (T E),  S_target = 1 - k / E
 *           (ReMoE, 2412.14711 section 3.3). While more gates than k are open, lambda grows.
 */
export class AdaptiveCoefficient implements RouterState {
  readonly #rule: CoefficientRule;
  readonly #lambda: Variable<Rank.R0>;

  constructor(rule: CoefficientRule) {
    this.#rule = rule;
    this.#lambda = parameter<Rank.R0>(Float32Array.of(rule.startCoefficient), [], false);
  }

  /** The loss with lambda in its value: a tensor, for a number would have to be read back in each step. */
  times({ name, value }: Pick<RouterLoss, 'name' | 'value'>): RouterLoss {
    return { name, value: mul(value, this.#lambda), coefficient: 1, atBalance: null };
  }

  afterStep({ tokens, selectedPairs }: RoutingStats): void {
    const { expertsPerToken, coefficientFactor } = this.#rule;
    const by = coefficientFactor ** Math.sign(selectedPairs - tokens * expertsPerToken);
    tidy(() => this.#lambda.assign(clipByValue(mul(this.#lambda, by), SMALLEST, LARGEST)));
  }

  variables(): readonly Variable[] {
    return [this.#lambda];
  }

  dispose(): void {
    this.#lambda.dispose();
  }
}
