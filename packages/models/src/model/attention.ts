import type { Rng } from '@moekit/core';
import type { Rank, Tensor2D, Tensor4D, Variable } from '@tensorflow/tfjs-core';
import { add, matMul, mul, reshape, softmax, split, tidy, transpose } from '@tensorflow/tfjs-core';

import { drawWeight } from './parameter.js';
import type { RotaryTables } from './rotary.js';
import { rotate } from './rotary.js';

/** What attention needs beside the tokens; the same in every layer. */
export interface AttentionFrame {
  readonly batchSize: number;
  readonly length: number;
  /** [L,L] 0 where key <= query, a large negative number elsewhere. */
  readonly causalMask: Tensor2D;
  readonly rotary: RotaryTables | undefined;
}

/** Causal multi-head self-attention without biases (Vaswani 2017). */
export class CausalAttention {
  readonly #numHeads: number;
  readonly #input: Variable<Rank.R2>; // [D,3D] queries, keys and values in one product
  readonly #output: Variable<Rank.R2>; // [D,D]

  constructor({ modelWidth: d, numHeads }: { modelWidth: number; numHeads: number }, rng: Rng) {
    this.#numHeads = numHeads;
    this.#input = drawWeight<Rank.R2>(rng, 'input', [d, 3 * d], 1 / Math.sqrt(d));
    this.#output = drawWeight<Rank.R2>(rng, 'output', [d, d], 1 / Math.sqrt(d));
  }

  /** @param x float32 [B*L,D]      @returns float32 [B*L,D], owned by the caller */
  apply(x: Tensor2D, { batchSize: b, length: l, causalMask, rotary }: AttentionFrame): Tensor2D {
    const [h, d] = [this.#numHeads, x.shape[1]];
    return tidy(() => {
      const projected = reshape(matMul(x, this.#input), [b, l, 3 * h, d / h]);
      const byHead = transpose<Tensor4D>(projected as Tensor4D, [0, 2, 1, 3]); // [B,3H,L,Dh]
      const [q, k, v] = split(byHead, 3, 1) as [Tensor4D, Tensor4D, Tensor4D]; // [B,H,L,Dh]
      const [query, key] = rotary ? [rotate(q, rotary), rotate(k, rotary)] : [q, k];
      const scores = matMul(mul(query, 1 / Math.sqrt(d / h)), key, false, true); // [B,H,L,L]
      const attended = matMul(softmax(add(scores, causalMask)), v); // [B,H,L,Dh]
      const joined = reshape<Rank.R2>(transpose(attended, [0, 2, 1, 3]), [b * l, d]);
      return matMul(joined, this.#output); // [B*L,D]
    });
  }

  variables(): Record<string, Variable> {
    return { 'input.weight': this.#input, 'output.weight': this.#output };
  }
}
