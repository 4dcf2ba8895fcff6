import {
  nativeCombine,
  nativeExpertSum,
  nativePairDots,
  nativeSpread,
} from './native-operations.js';
import type { PlannedCall } from './planned-call.js';
import type { Raw } from './raw.js';

/** out[s] = x[token(s)]: [T,D] -> [S,D]. */
export function dispatchRaw({ scope, plan, indices }: PlannedCall, x: Raw): Raw {
  return scope.gather(x, indices.of(plan, 'tokens'));
}

/** out[t] = sum of y[s] over the rows s of token t, in expert order: [S,D] -> [T,D]. */
export function reduceRaw(call: PlannedCall, y: Raw): Raw {
  if (call.native) return nativeCombine(call, y);
  const { plan, indices } = call;
  const [rows, tokens] = [indices.of(plan, 'tokenRows'), indices.of(plan, 'slotTokens')];
  return segmentSum(call, y, { rows, segments: tokens, count: plan.numTokens });
}

/** out[s] = bias[expert(s)]: [E,F] -> [S,F]. */
export function expertRowsRaw({ scope, plan, indices }: PlannedCall, bias: Raw): Raw {
  return scope.gather(bias, indices.of(plan, 'experts'));
}

/** out[e] = sum of y[s] over the rows s of expert e, in token order: [S,F] -> [E,F]. */
export function expertSumRaw(call: PlannedCall, y: Raw): Raw {
  if (call.native) return nativeExpertSum(call, y);
  const { plan, indices } = call;
  const [rows, experts] = [indices.of(plan, 'rows'), indices.of(plan, 'experts')];
  return segmentSum(call, y, { rows, segments: experts, count: plan.numExperts });
}

/** out[s] = weights[token(s), expert(s)]: [T,E] -> [S,1]. */
export function rowWeightsRaw({ scope, plan, indices }: PlannedCall, weights: Raw): Raw {
  return scope.gather(scope.reshape(weights, [-1, 1]), indices.of(plan, 'pairs'));
}

/** out[token(s), expert(s)] = rows[s], 0 elsewhere: [S,1] -> [T,E]. No place is written twice, so no order matters. */
export function scatterWeightsRaw({ scope, plan, indices }: PlannedCall, rows: Raw): Raw {
  const { numTokens, numExperts, numRows } = plan;
  const places = scope.reshape(indices.of(plan, 'pairs'), [numRows, 1]);
  const size = scope.one(
    'Cast',
    [scope.ints([numTokens * numExperts])],
    [scope.type('DstT', scope.backend.binding.TF_INT64)],
  );
  const flat = scope.one('ScatterNd', [places, scope.reshape(rows, [numRows]), size]);
  return scope.reshape(flat, [numTokens, numExperts]);
}

/** out[t] = sum of weights[t, expert(s)] y[s], in expert order: [S,D], [T,E] -> [T,D]. */
export function combineRaw(call: PlannedCall, y: Raw, weights: Raw): Raw {
  if (call.native) return nativeCombine(call, y, weights);
  return reduceRaw(call, call.scope.one('Mul', [y, rowWeightsRaw(call, weights)]));
}

/** out[s] = weights[token(s), expert(s)] d[token(s)]: [T,D], [T,E] -> [S,D]. */
export function spreadRaw(call: PlannedCall, d: Raw, weights: Raw): Raw {
  if (call.native) return nativeSpread(call, d, weights);
  return call.scope.one('Mul', [dispatchRaw(call, d), rowWeightsRaw(call, weights)]);
}

/** out[token(s), expert(s)] = <y[s], d[token(s)]>, 0 elsewhere: [S,D], [T,D] -> [T,E]. */
export function pairDotsRaw(call: PlannedCall, y: Raw, d: Raw): Raw {
  if (call.native) return nativePairDots(call, y, d);
  const { scope } = call;
  const products = scope.one('Mul', [y, dispatchRaw(call, d)]);
  return scatterWeightsRaw(call, scope.one('Sum', [products, scope.ints([1])]));
}

interface Segments {
  readonly rows: Raw;
  /** Ascending. */
  readonly segments: Raw;
  readonly count: number;
}

/** out[i] = sum of y[rows[j]] over the j with segments[j] = i, in order of j: one pass over y, nothing scattered. */
function segmentSum({ scope }: PlannedCall, y: Raw, { rows, segments, count }: Segments): Raw {
  const inputs = [y, rows, segments, scope.ints(count)];
  return scope.one('SparseSegmentSumWithNumSegments', inputs);
}
