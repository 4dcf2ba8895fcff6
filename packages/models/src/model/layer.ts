import type { MoELayer, Rng, Routing } from '@moekit/core';
import { rmsNorm } from '@moekit/kernels/nn';
import type { Rank, Tensor2D, Variable } from '@tensorflow/tfjs-core';
import { add } from '@tensorflow/tfjs-core';

import type { MoEFactory } from '../contract.js';
import type { AttentionFrame } from './attention.js';
import { SelfAttention } from './attention.js';
import type { FeedForwardFrame, FeedForwardSpec } from './feed-forward-block.js';
import { FeedForwardBlock } from './feed-forward-block.js';
import { unitGain } from './parameter.js';

/** What a layer is built from. */
export type LayerConfig = FeedForwardSpec & { readonly numHeads: number };

/** One pre-norm transformer layer: x + attention(norm(x)), then x + feedForward(norm(x)). */
export class TransformerLayer {
  readonly moe: MoELayer | undefined;
  readonly #attention: SelfAttention;
  readonly #gain: Variable<Rank.R1>; // [D]
  readonly #feedForward: FeedForwardBlock;

  /** @param moe builds the feed-forward part; a dense one when absent */
  constructor(config: LayerConfig, layer: number, rng: Rng, moe: MoEFactory | undefined) {
    this.#feedForward = new FeedForwardBlock(config, { layer, rng }, moe);
    this.moe = this.#feedForward.moe;
    this.#attention = new SelfAttention(config, rng.fork('attention'));
    this.#gain = unitGain(config.modelWidth);
  }

  /** @param x float32 [B*L,D]      @returns float32 [B*L,D], with the routing of an MoE layer */
  apply(
    x: Tensor2D,
    attention: AttentionFrame,
    feedForward: FeedForwardFrame,
  ): { output: Tensor2D; routing?: Routing } {
    const { drop = (y) => y } = feedForward;
    const attended = this.#attention.apply(rmsNorm(x, this.#gain), attention);
    return this.#feedForward.apply(add<Tensor2D>(x, drop(attended)), feedForward);
  }

  /** Forward FLOPs of the dense feed-forward per token; 0 for an MoE layer. */
  denseFlopsPerRow(): number {
    return this.#feedForward.denseFlopsPerRow();
  }

  /** Names within the layer. */
  variables(): Record<string, Variable> {
    const attention = Object.entries(this.#attention.variables());
    return {
      'attention.norm.gain': this.#gain,
      ...Object.fromEntries(attention.map(([name, v]) => [`attention.${name}`, v])),
      ...this.#feedForward.variables(),
    };
  }

  dispose(): void {
    const own = Object.values(this.#attention.variables());
    for (const weight of [...own, this.#gain]) weight.dispose();
    this.#feedForward.dispose();
  }
}
