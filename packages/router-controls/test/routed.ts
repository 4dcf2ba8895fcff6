import type { RouteContext, RouterPlugin } from '@moekit/core';
import { createRng, createRouter, normalArray, routeWith } from '@moekit/core';
import type { Tensor2D } from '@tensorflow/tfjs';
import { tensor2d } from '@tensorflow/tfjs';

export const spec = { modelWidth: 5, numExperts: 6, seed: 4 };

/** float32 [T,5] of standard normal numbers. */
export const tokens = (count: number): Tensor2D =>
  tensor2d(normalArray(createRng(8), count * spec.modelWidth), [count, spec.modelWidth]);

/** A routing as rows of numbers, of a router that is made for it. */
export function routed(
  plugin: RouterPlugin,
  options: object,
  context: Partial<RouteContext>,
  { x = tokens(12), numExperts = spec.numExperts, seed = spec.seed } = {},
) {
  const router = createRouter(plugin, { ...spec, numExperts, seed }, options);
  const { dispatchMask, combineWeights, probs } = routeWith(router, x, {
    training: true,
    rng: createRng(1),
    ...context,
  });
  return {
    weights: router.variables().map((v) => [...v.dataSync()]),
    mask: dispatchMask.arraySync(),
    combine: combineWeights.arraySync(),
    probs: probs.arraySync(),
  };
}

/** The places of the ones in a row of a mask. */
export const chosen = (row: readonly number[]) =>
  row.flatMap((entry, e) => (entry === 1 ? [e] : []));

/** x W in float64, one row per token; W in row-major order. */
export function products(x: Tensor2D, gate: readonly number[]): number[][] {
  const outputs = gate.length / spec.modelWidth;
  return x
    .arraySync()
    .map((row) =>
      Array.from({ length: outputs }, (_, e) =>
        row.reduce((sum, value, d) => sum + value * gate[d * outputs + e]!, 0),
      ),
    );
}

/** The k largest of some places, the lower place first among equals. */
export const largest = (scores: readonly number[], k: number, places = [...scores.keys()]) =>
  places.toSorted((a, b) => scores[b]! - scores[a]! || a - b).slice(0, k);

/** softmax over some places; 0 elsewhere. */
export function softmaxOver(scores: readonly number[], places: readonly number[]): number[] {
  const total = places.reduce((sum, e) => sum + Math.exp(scores[e]!), 0);
  return scores.map((score, e) => (places.includes(e) ? Math.exp(score) / total : 0));
}
