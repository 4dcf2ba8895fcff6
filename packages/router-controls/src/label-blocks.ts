import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { abs, add, cast, expandDims, mul, relu, sub, tensor1d } from '@tensorflow/tfjs-core';

/**
 * The experts that each label owns: blocks of neighbours, B_l = l size .. (l+1) size - 1.
 * Formula:  m_te = relu(1 - |label_t - floor(e / size)|)
 * @param labels int32 [T]      @returns float32 [T,E] of 0/1, a constant
 */
export function labelBlocks(labels: Tensor1D, size: number, numExperts: number): Tensor2D {
  const owner = tensor1d(Float32Array.from({ length: numExperts }, (_, e) => Math.floor(e / size)));
  const distance = abs(sub(cast(expandDims(labels, 1), 'float32'), owner)); // [T,E]
  return relu(sub(1, distance)); // a comparison of unlike shapes is slow on wasm
}

/** Taken from every logit outside a token's block; finite in float32. */
const FAR = 1e30;

/** Logits among which those outside the blocks are below all others.      @param own float32 [T,E] of 0/1 */
export function insideBlocks(logits: Tensor2D, own: Tensor2D): Tensor2D {
  return add(logits, mul(sub(own, 1), FAR));
}
