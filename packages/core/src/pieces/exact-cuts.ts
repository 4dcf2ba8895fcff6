import { inHostMemory } from '@moekit/kernels';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import {
  greater,
  mean,
  neg,
  slice,
  tensor1d,
  tidy,
  topk,
  transpose,
  where,
} from '@tensorflow/tfjs-core';

import { leastOf } from './least-of.js';

/** Above every bias that is needed. */
const NEVER = 1e30;

export interface CutRule {
  /** q, the rows that a cut parts from the others; at least 1 is. */
  readonly wanted: number;
  /** Rows that take part. */
  readonly tokens: number;
  /** float32 [T] of 0/1 */
  readonly tokenMask?: Tensor1D | undefined;
}

/**
 * For each expert, the value that parts the `wanted` least rows of its column from the others.
 * Formula:  c_e = (r_(q) + r_(q+1)) / 2, r_(i) the i-th least of r_:e, q = wanted; r_(q) where there is no other
 * @param needed float32 [T,E]      @returns float32 [E]
 */
export function exactCuts(needed: Tensor2D, rule: CutRule): Tensor1D {
  return inHostMemory() ? cutsOnHost(needed, rule) : tidy(() => cutsOnDevice(needed, rule));
}

/** By selection rather than sorting, where a tensor's values are at hand (cpu, wasm). */
export function cutsOnHost(needed: Tensor2D, { wanted, tokenMask }: CutRule): Tensor1D {
  const [tokens, experts] = needed.shape;
  const values = needed.dataSync<'float32'>();
  const real = tokenMask?.dataSync<'float32'>();
  const column = new Float32Array(tokens);
  const cuts = new Float32Array(experts);
  for (let e = 0; e < experts; e++) {
    let rows = 0;
    for (let t = 0; t < tokens; t++) {
      if (real === undefined || real[t]! > 0) column[rows++] = values[t * experts + e]!;
    }
    if (rows > 0) cuts[e] = midwayTo(column.subarray(0, rows), Math.max(wanted, 1));
  }
  return tensor1d(cuts, 'float32');
}

/** In float32, as on a device. */
function midwayTo(column: Float32Array, wanted: number): number {
  const [inside, outside] = leastOf(column, wanted);
  return outside === undefined ? inside : Math.fround(inside + outside) * 0.5;
}

/** The same from operations, which read nothing back. */
export function cutsOnDevice(needed: Tensor2D, { wanted, tokens, tokenMask }: CutRule): Tensor1D {
  const columns = transpose(needed); // [E,T]
  const real = tokenMask ? where(greater(tokenMask, 0), columns, NEVER) : columns;
  const q = Math.max(wanted, 1);
  const { values } = topk(neg(real) as Tensor2D, q < tokens ? q + 1 : q); // [E,q+1], falling
  const last = neg(slice(values, [0, q - 1], [-1, -1])); // [E,1] or [E,2]
  return mean<Tensor1D>(last, 1);
}
