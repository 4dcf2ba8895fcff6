import type { Rng } from '@moekit/core';
import type { Rank, Tensor2D, Tensor4D, Variable } from '@tensorflow/tfjs-core';
import { matMul, reshape, tidy, transpose } from '@tensorflow/tfjs-core';

import { splitHeads } from './heads.js';
import { maskedSoftmax } from './masked-softmax.js';
import { drawWeight } from './parameter.js';
import type { RotaryTables } from './rotary.js';

/** What attention needs beside the tokens; the same in every layer. */
export interface AttentionFrame {
  readonly batchSize: number;
  readonly length: number;
  /** [L,L] 0 where key <= query, a large negative number elsewhere. */
  readonly causalMask: Tensor2D;
  readonly rotary: RotaryTables;
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
  apply(x: Tensor2D, { batchSize, length, causalMask, rotary }: AttentionFrame): Tensor2D {
    const [numHeads, modelWidth] = [this.#numHeads, x.shape[1]];
    const shape = { batchSize, length, numHeads, headWidth: modelWidth / numHeads };
    return tidy(() => {
      const [query, key, value] = splitHeads(matMul(x, this.#input), rotary, shape); // [B,H,L,Dh]
      const scores = matMul<Tensor4D>(query, key, false, true); // [B,H,L,L]
      const attended = matMul<Tensor4D>(maskedSoftmax(scores, causalMask), value); // [B,H,L,Dh]
      const joined = reshape<Rank.R2>(transpose(attended, [0, 2, 1, 3]), x.shape);
      return matMul(joined, this.#output); // [B*L,D]
    });
  }

  variables(): Record<string, Variable> {
    return { 'input.weight': this.#input, 'output.weight': this.#output };
  }
}
