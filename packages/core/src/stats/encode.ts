import { fusedRouting, stopGradient } from '@moekit/kernels';
import type { Scalar, Tensor1D } from '@tensorflow/tfjs-core';
import {
  add,
  cast,
  concat,
  div,
  equal,
  expandDims,
  greater,
  log,
  maximum,
  mul,
  neg,
  range,
  scalar,
  stack,
  sub,
  sum,
  tensor1d,
  tidy,
} from '@tensorflow/tfjs-core';

import type { Routing } from '../contract/routing.js';
import { assertTensor } from '../arguments/assert-arguments.js';
import { SCALARS } from './decode.js';
import { assertTokenMask, clearPadding, tokenMean } from '../routing/token-mask.js';

/**
 * The routing of one layer and step as one small tensor, so that a training loop reads it back once and when it likes.
 * @returns float32 [2 E + 9], outside the tape, owned by the caller; `decodeRoutingStats` makes numbers of it
 */
export function encodeRoutingStats(routing: Routing, tokenMask?: Tensor1D): Tensor1D {
  const tokens = routing?.dispatchMask?.shape?.[0] ?? 'T';
  assertTensor('dispatchMask of a routing', routing?.dispatchMask, [tokens, 'E']);
  const { selectionMask } = routing;
  if (selectionMask) assertTensor('selectionMask of a routing', selectionMask, [tokens, 'E']);
  if (tokenMask) assertTokenMask(tokenMask, routing.dispatchMask.shape[0]);
  if (tokens === 0) return statsOfNothing(routing);
  return fusedStats(routing, tokenMask) ?? composedStats(routing, tokenMask);
}

/** Not left to tfjs, whose sums of nothing differ by backend. */
function statsOfNothing({ dispatchMask, capacity = 0 }: Routing): Tensor1D {
  const values = new Float32Array(2 * dispatchMask.shape[1] + SCALARS);
  values[values.length - 1] = capacity * dispatchMask.shape[1];
  return tensor1d(values, 'float32');
}

function fusedStats(routing: Routing, present: Tensor1D | undefined): Tensor1D | undefined {
  const { dispatchMask: mask, selectionMask: selected, probs, combineWeights } = routing;
  const { slots: nullSlots, mass: nullMass, copyWeight: copied } = routing.zeroCompute ?? {};
  const weights = copied && combineWeights;
  const tensors = { mask, probs, weights, selected, present, nullSlots, nullMass, copied };
  return fusedRouting.stats(tensors, routing.capacity);
}

/** The same from tfjs operations. */
function composedStats(routing: Routing, tokenMask?: Tensor1D): Tensor1D {
  return tidy(() => {
    const mask = routing.dispatchMask;
    const scores = stopGradient(routing.probs);
    const probs = div(scores, maximum(sum(scores, 1, true), 1e-9)); // [T,E], rows sum to 1
    const zero = routing.zeroCompute;
    const present = tokenMask ? sum(tokenMask) : scalar(mask.shape[0]);
    const perToken = sum<Tensor1D>(mask, 1); // [T]
    const reached = sum(cast(greater(perToken, 0), 'float32'));
    const entropy = neg(sum<Tensor1D>(mul(probs, log(add(probs, 1e-9))), 1)) as Tensor1D; // [T]
    const scalars = [
      present,
      sum(routing.selectionMask ?? mask),
      sum(perToken),
      zero ? sum(clearPadding(zero.slots, tokenMask)) : scalar(0),
      sub(present, reached),
      tokenMean<Scalar>(entropy, tokenMask),
      zero ? tokenMean<Scalar>(stopGradient(zero.mass), tokenMask) : scalar(0),
      dilution(routing, tokenMask),
      routing.capacity === undefined ? sum(perToken) : scalar(routing.capacity * mask.shape[1]),
    ];
    const loads = sum<Tensor1D>(mask, 0); // [E]
    const counts = stack(scalars as Scalar[]) as Tensor1D;
    return concat([loads, histogram(perToken, mask.shape[1]), counts]);
  });
}

/** Tokens that reached exactly 1, 2, ... E experts. @param perToken float32 [T]      @returns float32 [E] */
function histogram(perToken: Tensor1D, numExperts: number): Tensor1D {
  const bins = expandDims(range(1, numExperts + 1), 0); // [1,E]
  return sum(cast(equal(expandDims(perToken, 1), bins), 'float32'), 0);
}

function dilution(routing: Routing, tokenMask?: Tensor1D): Scalar {
  const copied = routing.zeroCompute?.copyWeight;
  if (!copied) return scalar(0);
  const copy = stopGradient(copied);
  const whole = maximum(add(copy, sum(stopGradient(routing.combineWeights), 1)), 1e-9);
  return tokenMean<Scalar>(div<Tensor1D>(copy, whole), tokenMask);
}
