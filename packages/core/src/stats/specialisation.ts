import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { cast, equal, expandDims, matMul, range, tidy } from '@tensorflow/tfjs-core';

import { assertTensor } from '../arguments/assert-arguments.js';
import { assertKinds } from '../arguments/assert-kinds.js';
import type { RoutingStats } from '../contract/routing-stats.js';
import type { Routing } from '../contract/routing.js';
import { assertStats } from './assert-stats.js';

/**
 * How many dispatched pairs of each expert have each label (domain, modality).
 * @param labels int32 [T], from 0 to L - 1      @param numLabels L
 * @returns float32 [E,L], constant, owned by the caller; padding, which is not dispatched, has no part in it
 */
export function encodeLabels(
  routing: Pick<Routing, 'dispatchMask'>,
  labels: Tensor1D,
  numLabels: number,
): Tensor2D {
  const dispatchMask = routing?.dispatchMask;
  assertTensor('dispatchMask of a routing', dispatchMask, ['T', 'E']);
  assertTensor('labels of encodeLabels', labels, [dispatchMask.shape[0]], { dtype: 'int32' });
  assertKinds('encodeLabels', { numLabels }, { numLabels: 'size' });
  return tidy(() => {
    const all = range(0, numLabels, 1, 'int32'); // [L]
    const ofLabel = cast<Tensor2D>(equal(expandDims(labels, 1), all), 'float32'); // [T,L]
    return matMul(dispatchMask, ofLabel, true); // [E,L]
  });
}

/**
 * How much the expert of a pair says of its label, from 0 (nothing) to 1 (one of the two tells the other).
 * Formula:  NMI = I(E;L) / min(H(E), H(L)),  I = sum_el p_el log(p_el / (p_e p_l)), p from the counts
 *   0 where either is always the same. Dividing by the smaller entropy gives 1 to experts that each have one label also
 *   where there are more experts than labels (scikit-learn's normalized_mutual_info_score with average_method='min').
 * @param counts [E][L] pairs of each expert by label
 */
export function labelInformation(counts: readonly (readonly number[])[]): number {
  assertKinds('labelInformation', { counts }, { counts: 'list' });
  counts.forEach((row) => assertKinds('labelInformation', { row }, { row: 'numbers' }));
  const all = total(counts.map(total));
  const experts = counts.map((row) => total(row) / all);
  const labels = (counts[0] ?? []).map((_, l) => total(counts.map((row) => row[l]!)) / all);
  const least = Math.min(entropy(experts), entropy(labels));
  if (!(least > 0)) return 0;
  const joint = entropy(counts.flatMap((row) => row.map((n) => n / all)));
  const shared = entropy(experts) + entropy(labels) - joint; // I(E;L)
  return Math.min(1, Math.max(0, shared / least));
}

/**
 * Share of the experts that got at least a part of an even load.
 * @param least the part, default half of it
 */
export function utilisation(stats: RoutingStats, least = 0.5): number {
  assertStats('utilisation', stats);
  const { tokensPerExpert, dispatchedPairs } = stats;
  if (dispatchedPairs === 0) return 0;
  const floor = (least * dispatchedPairs) / tokensPerExpert.length;
  return tokensPerExpert.filter((rows) => rows >= floor).length / tokensPerExpert.length;
}

/** In nats. */
function entropy(shares: readonly number[]): number {
  return total(shares.map((p) => (p > 0 ? -p * Math.log(p) : 0)));
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, n) => sum + n, 0);
}
