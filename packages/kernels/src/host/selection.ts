import { fail } from '../errors.js';
import type { HostKernel } from './kernel.js';

/** Expert ids of one row by descending logit; equal logits keep the lower id first. */
export function rankExperts(
  logits: ArrayLike<number>,
  offset: number,
  numExperts: number,
): number[] {
  const order = Array.from({ length: numExperts }, (_, e) => e);
  return order.sort((a, b) => logits[offset + b]! - logits[offset + a]! || a - b);
}

/** Softmax of one row in float64. */
export function softmaxRow(
  logits: ArrayLike<number>,
  offset: number,
  length: number,
): Float64Array {
  let max = -Infinity;
  for (let i = 0; i < length; i++) max = Math.max(max, logits[offset + i]!);
  const probs = new Float64Array(length);
  let sum = 0;
  for (let i = 0; i < length; i++) sum += probs[i] = Math.exp(logits[offset + i]! - max);
  for (let i = 0; i < length; i++) probs[i]! /= sum;
  return probs;
}

/** The first `k` of each row's ranking. */
export const selectTopKKernel: HostKernel<{ k: number }> = {
  kernelName: 'MoeSelectTopK',
  outputShape: ({ logits }) => [...logits!.shape],
  compute: (mask, { logits }, { k }) => {
    const [tokens, experts] = logits!.shape as [number, number];
    assertFinite(logits!.values);
    mask.fill(0);
    for (let t = 0; t < tokens; t++) {
      const ranked = rankExperts(logits!.values, t * experts, experts);
      for (let r = 0; r < k; r++) mask[t * experts + ranked[r]!] = 1;
    }
  },
};

/** XMoE's rule: in ranking order keep an expert while the probability before it is below t; always the first. */
export const selectThresholdKernel: HostKernel<{ threshold: number }> = {
  kernelName: 'MoeSelectThreshold',
  outputShape: ({ logits }) => [...logits!.shape],
  compute: (mask, { logits }, { threshold }) => {
    const [tokens, experts] = logits!.shape as [number, number];
    assertFinite(logits!.values);
    mask.fill(0);
    for (let t = 0; t < tokens; t++) {
      const ranked = rankExperts(logits!.values, t * experts, experts);
      const probs = softmaxRow(logits!.values, t * experts, experts);
      for (const e of thresholdPrefix(ranked, probs, threshold)) mask[t * experts + e] = 1;
    }
  },
};

/** The kept prefix of a ranking: `cumulative - own < threshold`, and never empty. */
export function thresholdPrefix(
  ranked: readonly number[],
  probs: ArrayLike<number>,
  threshold: number,
): number[] {
  let cumulative = 0;
  let kept = 0;
  for (const e of ranked) {
    cumulative += probs[e]!;
    if (kept > 0 && !(cumulative - probs[e]! < threshold)) break;
    kept++;
  }
  return ranked.slice(0, kept);
}

/** Who is served first when an expert is wanted by more tokens than it has room for; ties go to the lower token. */
export type CapacityPriority = 'rank-then-arrival' | 'rank-then-probability';

/** Keeps, for each expert, the first `capacity` of the tokens that selected it, in priority order. */
export const limitCapacityKernel: HostKernel<{ capacity: number; priority: CapacityPriority }> = {
  kernelName: 'MoeLimitCapacity',
  outputShape: ({ mask }) => [...mask!.shape],
  compute: (kept, { mask, logits }, { capacity, priority }) => {
    const [tokens, experts] = mask!.shape as [number, number];
    const rank = new Int32Array(tokens * experts);
    const weight = new Float64Array(priority === 'rank-then-probability' ? tokens * experts : 0);
    for (let t = 0; t < tokens; t++) {
      const at = t * experts;
      const wanted = rankExperts(logits!.values, at, experts).filter((e) => mask!.values[at + e]);
      wanted.forEach((e, r) => (rank[at + e] = r));
      if (weight.length > 0) weight.set(softmaxRow(logits!.values, at, experts), at);
    }
    kept.fill(0);
    for (let e = 0; e < experts; e++) {
      const wanting: number[] = [];
      for (let i = e; i < mask!.values.length; i += experts) if (mask!.values[i]) wanting.push(i);
      if (wanting.length > capacity) {
        wanting.sort((a, b) => rank[a]! - rank[b]! || (weight[b] ?? 0) - (weight[a] ?? 0) || a - b);
      }
      for (const i of wanting.slice(0, capacity)) kept[i] = 1;
    }
  },
};

function assertFinite(logits: Float32Array): void {
  const at = logits.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return;
  throw fail('KERNELS_NON_FINITE', {
    asked: 'Router logits must be finite',
    got: `${String(logits[at])} at flat index ${at}`,
    fix: 'Look for NaN in the layer input, or for a learning rate that is too high.',
  });
}
