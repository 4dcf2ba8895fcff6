import type { Rng } from '@moekit/core';
import type { Heads, RotaryTables } from '@moekit/kernels/nn';
import { attend, product, splitHeads } from '@moekit/kernels/nn';
import type { Rank, Tensor, Tensor2D, Variable } from '@tensorflow/tfjs-core';
import { tidy } from '@tensorflow/tfjs-core';

import { drawWeight } from './parameter.js';

/** What attention needs beside the tokens; the same in every layer. */
export interface AttentionFrame {
  readonly batchSize: number;
  readonly length: number;
  /** Broadcasts to [B,H,L,L]: 0 where a key may be seen, a large negative number elsewhere. */
  readonly mask: Tensor;
  readonly rotary: RotaryTables;
}

/** Multi-head self-attention without biases (Vaswani 2017); causal where its mask is. */
export class SelfAttention {
  readonly #numHeads: number;
  readonly #input: Variable<Rank.R2>; // [D,3D] queries, keys and values in one product
  readonly #output: Variable<Rank.R2>; // [D,D]

  constructor({ modelWidth: d, numHeads }: { modelWidth: number; numHeads: number }, rng: Rng) {
    this.#numHeads = numHeads;
    this.#input = drawWeight<Rank.R2>(rng, 'input', [d, 3 * d], 1 / Math.sqrt(d));
    this.#output = drawWeight<Rank.R2>(rng, 'output', [d, d], 1 / Math.sqrt(d));
  }

  /** @param x float32 [B*L,D]      @returns float32 [B*L,D], owned by the caller */
  apply(x: Tensor2D, frame: AttentionFrame): Tensor2D {
    return tidy(() => this.join(attend(this.heads(x, frame), frame.mask)));
  }

  /** Queries, keys and values. @param x float32 [B*L,D]      @returns float32 [B,H,L,Dh] each, owned by the caller */
  heads(
    x: Tensor2D,
    { batchSize, length, rotary }: Pick<AttentionFrame, 'batchSize' | 'length' | 'rotary'>,
  ): Heads {
    const [numHeads, headWidth] = [this.#numHeads, x.shape[1] / this.#numHeads];
    const shape = { batchSize, length, numHeads, headWidth };
    return tidy(() => splitHeads(product(x, this.#input), rotary, shape));
  }

  /** The output projection of what was attended to: [B*L,D] -> [B*L,D]. */
  join(attended: Tensor2D): Tensor2D {
    return product(attended, this.#output);
  }

  variables(): Record<string, Variable> {
    return { 'input.weight': this.#input, 'output.weight': this.#output };
  }
}
