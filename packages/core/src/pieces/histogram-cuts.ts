import { inHostMemory } from '@moekit/kernels';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import {
  add,
  cast,
  clipByValue,
  div,
  expandDims,
  floor,
  max,
  min,
  mul,
  onesLike,
  range as count,
  reshape,
  stack,
  sub,
  tensor2d,
  tidy,
  tile,
  unsortedSegmentSum,
} from '@tensorflow/tfjs-core';

/** Where the bias that a token needs can lie, for scores in [0, 1]: [min b - 1, max b + 1]. float32 [E,2] */
export function binRange(bias: Tensor1D): Tensor2D {
  return tidy(() => {
    const ends = stack([sub(min(bias), 1), add(max(bias), 1)]); // [2]
    return tile(expandDims(ends, 0), [bias.shape[0], 1]) as Tensor2D;
  });
}

/**
 * How many tokens need a bias within each of an expert's bins; what lies outside the range is in the bins at its ends.
 * @param needed float32 [T,E]      @param range float32 [E,2]      @returns float32 [E,bins]
 */
export function binCounts(
  needed: Tensor2D,
  range: Tensor2D,
  bins: number,
  tokenMask?: Tensor1D,
): Tensor2D {
  if (inHostMemory()) return countOnHost(needed, range, bins, tokenMask);
  return tidy(() => {
    const [tokens, experts] = needed.shape;
    const low = min(range);
    const places = floor(mul(div(sub(needed, low), sub(max(range), low)), bins));
    const first = mul(count(0, experts, 1, 'float32'), bins); // [E]
    const ids = cast(
      reshape(add(clipByValue(places, 0, bins - 1), first), [-1]),
      'int32',
    ) as Tensor1D;
    const ones = tokenMask
      ? reshape(tile(expandDims(tokenMask, 1), [1, experts]), [tokens * experts])
      : onesLike(reshape(needed, [tokens * experts]));
    return reshape(unsortedSegmentSum(ones, ids, experts * bins), [experts, bins]);
  });
}

/** The same where a tensor's values are at hand (cpu, wasm): the kernel of tfjs's cpu backend looks for each bin in turn. */
function countOnHost(needed: Tensor2D, range: Tensor2D, bins: number, tokenMask?: Tensor1D) {
  const [tokens, experts] = needed.shape;
  const values = needed.dataSync<'float32'>();
  const real = tokenMask?.dataSync<'float32'>();
  const [low, high] = range.dataSync<'float32'>() as unknown as [number, number];
  const perUnit = bins / (high - low);
  const counts = new Float32Array(experts * bins);
  for (let t = 0; t < tokens; t++) {
    if (real?.[t] === 0) continue;
    for (let e = 0; e < experts; e++) {
      const place = Math.floor((values[t * experts + e]! - low) * perUnit);
      counts[e * bins + Math.min(Math.max(place, 0), bins - 1)]!++;
    }
  }
  return tensor2d(counts, [experts, bins]);
}

/**
 * The quantile of each expert's histogram, interpolated within its bin.
 * @param counts [E bins], row-major      @param range [E 2]      @param share in (0, 1)
 */
export function cutsOfBins(
  counts: readonly number[],
  range: readonly number[],
  share: number,
): number[] {
  const experts = range.length / 2;
  const bins = counts.length / experts;
  const [low, high] = range as [number, number, ...number[]];
  return Array.from({ length: experts }, (_, e) => {
    const row = counts.slice(e * bins, (e + 1) * bins);
    let left = row.reduce((total, n) => total + n, 0) * share;
    const at = row.findIndex((n) => (left -= n) <= 0 && n > 0);
    if (at < 0) return 0;
    return low + ((high - low) * (at + 1 + left / row[at]!)) / bins;
  });
}
