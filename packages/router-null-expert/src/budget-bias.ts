import type { RouterState, RoutingStats } from '@moekit/core';
import { parameter } from '@moekit/core';
import type { Rank, Tensor2D, Variable } from '@tensorflow/tfjs-core';
import { add, tensor1d, tidy } from '@tensorflow/tfjs-core';

export interface BudgetRule {
  /** N, real experts. */
  readonly experts: number;
  /** Z, zero-compute experts. */
  readonly zeroExperts: number;
  /** K, slots per token. */
  readonly k: number;
  /** K_e, the wanted mean number of real experts per token. */
  readonly expertsPerToken: number;
  /** mu, of the share of each expert. */
  readonly biasSpeed: number;
  /** mu of the mean error, the budget; the paper's is biasSpeed. */
  readonly budgetSpeed: number;
}

/**
 * Offsets of the selection that give every real expert its share of the budget, and the budget its size.
 * Formula:  b_i <- b_i + mu (K_e / (K N) - T_i / (K T_all)) after each step for the N real experts, b_i = 0 for the others
 *           T_i tokens of expert i, T_all tokens of the step   (LongCat-Flash, 2509.01322 section 2.1)
 * An integral controller: b moves by the error until there is none, in each expert (balance) and in all together (the
 * budget). The mean of N errors is less noisy than one of them, so it may be followed faster: the budget has a mu of its own.
 */
export class BudgetBias implements RouterState {
  readonly #rule: BudgetRule;
  readonly #bias: Variable<Rank.R1>; // [N+Z]

  constructor(rule: BudgetRule) {
    this.#rule = rule;
    const slots = rule.experts + rule.zeroExperts;
    this.#bias = parameter<Rank.R1>(new Float32Array(slots), [slots], false);
  }

  /** scores + b, for the choice alone: b is in no weight. [T,N+Z] */
  addedTo(scores: Tensor2D): Tensor2D {
    return add(scores, this.#bias);
  }

  afterStep({ tokens, tokensPerExpert }: RoutingStats): void {
    if (tokens === 0) return;
    const { experts, zeroExperts, k, expertsPerToken, biasSpeed, budgetSpeed } = this.#rule;
    const wanted = expertsPerToken / (k * experts);
    const errors = tokensPerExpert.map((taken) => wanted - taken / (k * tokens));
    const common = errors.reduce((sum, error) => sum + error, 0) / experts;
    const moves = errors.map((e) => biasSpeed * e + (budgetSpeed - biasSpeed) * common);
    const row = [...moves, ...new Array<number>(zeroExperts).fill(0)];
    tidy(() => this.#bias.assign(add(this.#bias, tensor1d(row))));
  }

  variables(): readonly Variable[] {
    return [this.#bias];
  }

  dispose(): void {
    this.#bias.dispose();
  }
}
