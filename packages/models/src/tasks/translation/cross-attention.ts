import type { Rng } from '@moekit/core';
import { attend } from '@moekit/kernels/nn';
import type { Rank, Tensor, Tensor2D, Tensor4D, Variable } from '@tensorflow/tfjs-core';
import { matMul, mul, reshape, split, tidy, transpose } from '@tensorflow/tfjs-core';

import { drawWeight } from '../../transformer/parameter.js';

/** The encoder's side of cross-attention in one layer. */
export interface Memory {
  readonly keys: Tensor4D; // [B,H,Ls,Dh]
  readonly values: Tensor4D; // [B,H,Ls,Dh]
}

/** Multi-head attention from decoder positions to encoder positions, without biases or positions of its own. */
export class CrossAttention {
  readonly #numHeads: number;
  readonly #query: Variable<Rank.R2>; // [D,D]
  readonly #memory: Variable<Rank.R2>; // [D,2D] keys and values in one product
  readonly #output: Variable<Rank.R2>; // [D,D]

  constructor({ modelWidth: d, numHeads }: { modelWidth: number; numHeads: number }, rng: Rng) {
    const std = 1 / Math.sqrt(d);
    this.#numHeads = numHeads;
    this.#query = drawWeight<Rank.R2>(rng, 'query', [d, d], std);
    this.#memory = drawWeight<Rank.R2>(rng, 'memory', [d, 2 * d], std);
    this.#output = drawWeight<Rank.R2>(rng, 'output', [d, d], std);
  }

  /** Keys and values, the same for every query. @param encoded float32 [B*Ls,D]      @returns owned by the caller */
  memory(encoded: Tensor2D, batchSize: number): Memory {
    return tidy(() => {
      const joined = matMul<Tensor2D>(encoded, this.#memory); // [B*Ls,2D]
      const heads = byHead(joined, batchSize, 2 * this.#numHeads); // [B,2H,Ls,Dh]
      const [keys, values] = split(heads, 2, 1) as [Tensor4D, Tensor4D];
      return { keys, values };
    });
  }

  /**
   * @param x float32 [B*Lq,D]; beams of one sentence are as good as positions
   * @param mask float32 [B,1,1,Ls]      @returns float32 [B*Lq,D], owned by the caller
   */
  apply(x: Tensor2D, { keys, values }: Memory, mask: Tensor): Tensor2D {
    return tidy(() => {
      const [batchSize, , , headWidth] = keys.shape;
      const query = byHead(matMul<Tensor2D>(x, this.#query), batchSize, this.#numHeads); // [B,H,Lq,Dh]
      const scaled = mul<Tensor4D>(query, 1 / Math.sqrt(headWidth));
      return matMul(attend([scaled, keys, values], mask), this.#output);
    });
  }

  variables(): Record<string, Variable> {
    return {
      'query.weight': this.#query,
      'memory.weight': this.#memory,
      'output.weight': this.#output,
    };
  }
}

/** [B*L,H*Dh] -> [B,H,L,Dh] */
function byHead(x: Tensor2D, batchSize: number, numHeads: number): Tensor4D {
  const [rows, width] = x.shape;
  const shape = [batchSize, rows / batchSize, numHeads, width / numHeads] as const;
  return transpose(reshape<Rank.R4>(x, [...shape]), [0, 2, 1, 3]);
}
