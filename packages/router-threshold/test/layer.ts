import type { RouteContext, Router, RouterSpec, Routing } from '@moekit/core';
import { FeedForwardExperts, MoELayer, createRng, createRouter } from '@moekit/core';
import type { Tensor2D, Variable } from '@tensorflow/tfjs-core';
import { tensor, tidy } from '@tensorflow/tfjs-core';

import { thresholdRouter } from '../src/index.js';
import type { LayerCase } from './golden.js';
import type { Matrix } from './reference.js';

export const context = (over: Partial<RouteContext> = {}): RouteContext => ({
  training: false,
  rng: createRng(0),
  ...over,
});

export const specOf = (x: Matrix, experts: number): RouterSpec => ({
  modelWidth: x[0]!.length,
  numExperts: experts,
  seed: 1,
});

export const transpose = (m: Matrix): Matrix => m[0]!.map((_, c) => m.map((row) => row[c]!));

export function assign(variable: Variable, values: unknown): void {
  tidy(() => variable.assign(tensor(values as number[], variable.shape as [number])));
}

/** The golden's experts in core's layout: [E,D,F], [E,F,D], [E,F], [E,D]. */
export function expertsOf({ x, experts }: LayerCase): FeedForwardExperts {
  const family = new FeedForwardExperts({
    modelWidth: x[0]!.length,
    expertWidth: experts[0]!.b1.length,
    numExperts: experts.length,
    seed: 1,
  });
  const [input, output, inputBias, outputBias] = family.variables() as [
    Variable,
    Variable,
    Variable,
    Variable,
  ];
  assign(
    input,
    experts.map(({ W1 }) => transpose(W1)),
  );
  assign(
    output,
    experts.map(({ W2 }) => transpose(W2)),
  );
  assign(
    inputBias,
    experts.map(({ b1 }) => b1),
  );
  assign(
    outputBias,
    experts.map(({ b2 }) => b2),
  );
  return family;
}

/** The golden's layer around the real router, its gate set to the golden's. */
export function layerOf(golden: LayerCase): MoELayer {
  const { threshold, capacityFactor, minCapacity } = golden;
  const spec = specOf(golden.x, golden.experts.length);
  const options = { threshold, capacityFactor, minCapacity };
  const router = createRouter(thresholdRouter, spec, options);
  assign(router.variables()[0]!, transpose(golden.gate!));
  return new MoELayer({ router, experts: expertsOf(golden) });
}

/** A router whose logits are a variable: for goldens that start from logits. */
export function routerOfLogits(logits: Variable, decide: (logits: Tensor2D) => Routing): Router {
  return {
    name: 'given-logits',
    numExperts: logits.shape[1]!,
    causal: true,
    expertsPerToken: null,
    route: () => decide(logits as unknown as Tensor2D),
    flopsPerToken: () => 0,
    variables: () => [logits],
    dispose: () => undefined,
  };
}
