import type { MoELayer, Rng, Routing } from '@moekit/core';
import type { RotaryTables } from '@moekit/kernels/nn';
import { rmsNorm } from '@moekit/kernels/nn';
import type { Rank, Tensor, Tensor2D, Variable } from '@tensorflow/tfjs-core';
import { add, tidy, zeros } from '@tensorflow/tfjs-core';

import type { MoEFactory } from '../../contract.js';
import { unitGain } from '../../transformer/parameter.js';
import type { AttentionFrame, FeedForwardFrame, KeyValues } from '../../transformer/transformer.js';
import { FeedForwardBlock, SelfAttention } from '../../transformer/transformer.js';
import type { TranslationModelConfig } from './contract.js';
import type { Memory } from './cross-attention.js';
import { CrossAttention } from './cross-attention.js';

/** The encoder as a decoder layer sees it. */
export interface MemoryFrame {
  readonly memory: Memory;
  /** float32 [B,1,1,Ls] 0 at real tokens, a large negative number at padding. */
  readonly mask: Tensor;
}

/** One pre-norm decoder layer: self-attention, attention to the encoder, feed-forward, each added to the stream. */
export class DecoderLayer {
  readonly moe: MoELayer | undefined;
  readonly #self: SelfAttention;
  readonly #cross: CrossAttention;
  readonly #gains: readonly [Variable<Rank.R1>, Variable<Rank.R1>]; // [D]
  readonly #feedForward: FeedForwardBlock;

  /** @param layer index handed to the factory      @param moe builds the feed-forward part; dense when absent */
  constructor(
    config: TranslationModelConfig,
    { layer, rng }: { readonly layer: number; readonly rng: Rng },
    moe: MoEFactory | undefined,
  ) {
    this.#feedForward = new FeedForwardBlock(config, { layer, rng }, moe);
    this.moe = this.#feedForward.moe;
    this.#self = new SelfAttention(config, rng.fork('attention'));
    this.#cross = new CrossAttention(config, rng.fork('cross'));
    this.#gains = [unitGain(config.modelWidth), unitGain(config.modelWidth)];
  }

  /** Its keys and values of the encoder's output. @param encoded float32 [B*Ls,D]      @returns owned by the caller */
  memory(encoded: Tensor2D, batchSize: number): Memory {
    return this.#cross.memory(encoded, batchSize);
  }

  /** @param x float32 [B*Lt,D]      @returns float32 [B*Lt,D], with the routing of an MoE layer */
  apply(
    x: Tensor2D,
    frames: { readonly self: AttentionFrame; readonly cross: MemoryFrame },
    feedForward: FeedForwardFrame,
  ): { output: Tensor2D; routing?: Routing } {
    const { drop = (y) => y } = feedForward;
    const attended = drop(this.#self.apply(rmsNorm(x, this.#gains[0]), frames.self));
    return this.#finish(add<Tensor2D>(x, attended), frames.cross, feedForward);
  }

  /**
   * One position of R translations.
   * @param x float32 [R,D]      @param rotary tables of that position alone
   * @returns output float32 [R,D], and the cache with this position added, all owned by the caller
   */
  step(
    x: Tensor2D,
    { cache, rotary, cross }: { cache: KeyValues; rotary: RotaryTables; cross: MemoryFrame },
    feedForward: FeedForwardFrame,
  ): { output: Tensor2D; cache: NonNullable<KeyValues> } {
    return tidy(() => {
      const [rows] = x.shape;
      const normal = rmsNorm(x, this.#gains[0]);
      const self = { batchSize: rows, length: 1, rotary, mask: zeros([1, 1]) };
      const attended = this.#self.extend(normal, self, cache);
      const { output } = this.#finish(add<Tensor2D>(x, attended.output), cross, feedForward);
      return { output, cache: attended.cache };
    });
  }

  /** Forward FLOPs of the dense feed-forward per token; 0 for an MoE layer. */
  denseFlopsPerRow(): number {
    return this.#feedForward.denseFlopsPerRow();
  }

  /** Names within the layer. */
  variables(): Record<string, Variable> {
    const named = (prefix: string, variables: Record<string, Variable>) =>
      Object.fromEntries(Object.entries(variables).map(([name, v]) => [`${prefix}.${name}`, v]));
    return {
      'attention.norm.gain': this.#gains[0],
      ...named('attention', this.#self.variables()),
      'cross.norm.gain': this.#gains[1],
      ...named('cross', this.#cross.variables()),
      ...this.#feedForward.variables(),
    };
  }

  dispose(): void {
    const attention = [this.#self, this.#cross].flatMap((part) => Object.values(part.variables()));
    for (const weight of [...attention, ...this.#gains]) weight.dispose();
    this.#feedForward.dispose();
  }

  #finish(x: Tensor2D, { memory, mask }: MemoryFrame, feedForward: FeedForwardFrame) {
    const { drop = (y) => y } = feedForward;
    const attended = drop(this.#cross.apply(rmsNorm(x, this.#gains[1]), memory, mask));
    return this.#feedForward.apply(add<Tensor2D>(x, attended), feedForward);
  }
}
