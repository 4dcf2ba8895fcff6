import type { MoELayer, RouteContext, Routing, Rng } from '@moekit/core';
import { FeedForwardExperts, assertCausal } from '@moekit/core';
import type { DispatchPlan } from '@moekit/kernels';
import type { Rank, Tensor2D, Variable } from '@tensorflow/tfjs-core';
import { add } from '@tensorflow/tfjs-core';

import type { LanguageModelConfig, MoEFactory } from '../contract.js';
import type { AttentionFrame } from './attention.js';
import { CausalAttention } from './attention.js';
import { unitGain } from './parameter.js';
import { rmsNorm } from './rms-norm.js';

const SEED_BOUND = 2 ** 31;

/** What a layer is built from. */
export type LayerConfig = Pick<
  LanguageModelConfig,
  'modelWidth' | 'numHeads' | 'feedForwardWidth' | 'activation' | 'allowNonCausal'
>;

/** What a feed-forward layer needs beside the tokens. */
export interface FeedForwardFrame {
  /** The plan of dense layers: every token to the one expert. */
  readonly everyToken: DispatchPlan;
  readonly context: RouteContext;
}

/** One pre-norm transformer layer: x + attention(norm(x)), then x + feedForward(norm(x)). */
export class TransformerLayer {
  readonly moe: MoELayer | undefined;
  readonly #dense: FeedForwardExperts | undefined;
  readonly #attention: CausalAttention;
  readonly #attentionGain: Variable<Rank.R1>; // [D]
  readonly #feedForwardGain: Variable<Rank.R1>; // [D]

  /** @param moe builds the feed-forward part; a dense one when absent */
  constructor(config: LayerConfig, layer: number, rng: Rng, moe: MoEFactory | undefined) {
    const { modelWidth, feedForwardWidth, activation } = config;
    const seed = rng.fork('feedForward').integer(SEED_BOUND);
    this.moe = moe?.({ layer, modelWidth, seed });
    if (this.moe) assertCausal(this.moe.router, config.allowNonCausal);
    this.#dense = this.moe
      ? undefined
      : new FeedForwardExperts({
          modelWidth,
          expertWidth: feedForwardWidth,
          numExperts: 1,
          activation,
          seed,
        });
    this.#attention = new CausalAttention(config, rng.fork('attention'));
    this.#attentionGain = unitGain(modelWidth);
    this.#feedForwardGain = unitGain(modelWidth);
  }

  /** @param x float32 [B*L,D]      @returns float32 [B*L,D], with the routing of an MoE layer */
  apply(
    x: Tensor2D,
    attention: AttentionFrame,
    feedForward: FeedForwardFrame,
  ): { output: Tensor2D; routing?: Routing } {
    const attended = add<Tensor2D>(
      x,
      this.#attention.apply(rmsNorm(x, this.#attentionGain), attention),
    );
    const normal = rmsNorm(attended, this.#feedForwardGain);
    if (this.moe) {
      const { output, routing } = this.moe.call(normal, feedForward.context);
      return { output: add(attended, output), routing };
    }
    return { output: add(attended, this.#dense!.apply(normal, feedForward.everyToken)) };
  }

  /** Forward FLOPs of the dense feed-forward per token; 0 for an MoE layer. */
  denseFlopsPerRow(): number {
    return this.#dense?.flopsPerRow() ?? 0;
  }

  /** Names within the layer; core's pieces do not name their weights, so those are numbered. */
  variables(): Record<string, Variable> {
    const attention = Object.entries(this.#attention.variables());
    return {
      'attention.norm.gain': this.#attentionGain,
      ...Object.fromEntries(attention.map(([name, v]) => [`attention.${name}`, v])),
      'feedForward.norm.gain': this.#feedForwardGain,
      ...numbered('feedForward', this.#dense?.variables()),
      ...numbered('moe.router', this.moe?.router.variables()),
      ...numbered('moe.experts', this.moe?.experts.variables()),
      ...numbered('moe.sharedExpert', this.moe?.sharedExpert?.variables()),
    };
  }

  dispose(): void {
    const own = Object.values(this.#attention.variables());
    for (const weight of [...own, this.#attentionGain, this.#feedForwardGain]) weight.dispose();
    this.#dense?.dispose();
    this.moe?.dispose();
  }
}

/** A matrix is a weight; a vector, or one row per expert of a stack ([E,F] beside [E,D,F]), is a bias. */
function numbered(prefix: string, variables: readonly Variable[] = []): Record<string, Variable> {
  const stacked = variables.some((v) => v.rank === 3);
  return Object.fromEntries(
    variables.map((v, i) => {
      const bias = v.rank < 2 || (stacked ? v.rank === 2 : v.shape[0] === 1);
      return [`${prefix}.${i}.${bias ? 'bias' : 'weight'}`, v];
    }),
  );
}
