import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { div, expandDims, maximum, mean, mul, reshape, sum, tidy } from '@tensorflow/tfjs-core';

/** Takes padding out of a selection: rows whose token mask is 0 become 0. [T,E] -> [T,E] */
export function maskTokens(mask: Tensor2D, tokenMask: Tensor1D | undefined): Tensor2D {
  return tokenMask ? mul(mask, reshape(tokenMask, [-1, 1])) : mask;
}

/** How many tokens take part; reads the mask back. */
export function countTokens(numTokens: number, tokenMask: Tensor1D | undefined): number {
  return tokenMask ? tokenMask.dataSync<'float32'>().reduce((n, m) => n + m, 0) : numTokens;
}

/** Mean over the tokens that take part: [T] -> scalar, [T,E] -> [E]. 0 when none do. */
export function tokenMean<Output extends Tensor>(
  x: Tensor1D | Tensor2D,
  tokenMask: Tensor1D | undefined,
): Output {
  if (!tokenMask) return mean(x, 0);
  return tidy(() => {
    const weights = x.rank === 2 ? expandDims(tokenMask, 1) : tokenMask;
    const tokens = maximum(sum(tokenMask), 1);
    return div(sum(mul(x, weights), 0), tokens);
  });
}
