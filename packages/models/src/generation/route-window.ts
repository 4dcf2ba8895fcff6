import type { Routing } from '@moekit/core';
import { slice, tensor2d, tidy } from '@tensorflow/tfjs-core';

import type { LanguageModel } from '../contract.js';
import { SUMS, perToken } from '../metrics/per-token.js';

/** A token's share in the experts of one MoE layer. */
export interface TokenRoute {
  /** Real experts that compute it, the highest weight first. */
  readonly experts: readonly number[];
  /** Their weights, in the same order. */
  readonly weights: readonly number[];
}

/** Each token of a window in each MoE layer, drop-free: [layer][token]. */
export interface RoutedWindow {
  readonly routes: readonly (readonly TokenRoute[])[];
  /** Slots that a token had, those of zero-compute experts included. */
  readonly slots: readonly (readonly number[])[];
}

/** One drop-free pass over a window of at most the context's length; ids as the model's tokenizer has them. */
export async function routeWindow(model: LanguageModel, ids: Int32Array): Promise<RoutedWindow> {
  const read: ReturnType<typeof dataOf>[] = [];
  tidy(() => {
    const input = tensor2d(ids, [1, ids.length], 'int32');
    const { routings } = model.forward(input, { training: false, dropFree: true });
    read.push(...routings.map(dataOf));
  });
  const layers = await Promise.all(
    read.map(async ({ mask, weights, slots }) => ({
      routes: routesOf(await mask, await weights, ids.length),
      slots: Array.from(await slots),
    })),
  );
  return { routes: layers.map(({ routes }) => routes), slots: layers.map(({ slots }) => slots) };
}

/** Asked for inside the tidy: what is read back outlives its tensors. */
function dataOf(routing: Routing) {
  const { dispatchMask, combineWeights } = routing;
  const slots = slice(perToken(routing), [0, SUMS.indexOf('slots')], [-1, 1]); // [T,1]
  return {
    mask: dispatchMask.data<'float32'>(),
    weights: combineWeights.data<'float32'>(),
    slots: slots.data<'float32'>(),
  };
}

function routesOf(mask: Float32Array, weights: Float32Array, tokens: number): TokenRoute[] {
  const numExperts = mask.length / tokens;
  return Array.from({ length: tokens }, (_, t) => {
    const weightOf = (e: number) => weights[t * numExperts + e]!;
    const experts = Array.from({ length: numExperts }, (__, e) => e)
      .filter((e) => mask[t * numExperts + e] === 1)
      .sort((a, b) => weightOf(b) - weightOf(a) || a - b);
    return { experts, weights: experts.map(weightOf) };
  });
}
