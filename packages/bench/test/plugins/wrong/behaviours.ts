import type { Router, RouterPlugin, Routing } from '@moekit/core';
import { createGate, defineRouter, select, selectTopK } from '@moekit/core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { add, cast, div, log, mul, slice, softmax, sub, sum } from '@tensorflow/tfjs-core';
import { z } from 'zod';

/** A router that is right but for one thing. */
function wrong(
  name: string,
  breakRouting: (routing: Routing) => unknown,
  breakRouter: (router: Router) => unknown = (router) => router,
): RouterPlugin {
  return defineRouter({
    name,
    apiVersion: 1,
    options: z.strictObject({ k: z.int('expected a whole number').min(1).default(1) }),
    create: (spec) => {
      const gate = createGate(spec);
      const router: Router = {
        ...gate,
        name,
        numExperts: spec.numExperts,
        causal: true,
        expertsPerToken: 1,
        route: (x) => breakRouting(top1(gate.logits(x))) as Routing,
      };
      return breakRouter(router) as Router;
    },
  });
}

function top1(logits: Tensor2D): Routing {
  const probs = softmax(logits);
  const mask = select(logits, (z) => selectTopK(z, 1));
  return { combineWeights: mul(probs, mask), dispatchMask: mask, logits, probs, losses: [] };
}

export const right = wrong('right', (routing) => routing);

export const createThrows = wrong('create-throws', String, () => {
  throw new Error('no weights for you');
});
export const createsHalf = wrong('creates-half', String, ({ name, numExperts }) => ({
  name,
  numExperts,
}));
export const otherExperts = wrong('other-experts', String, (router) => ({
  ...router,
  numExperts: router.numExperts + 1,
}));
export const routeThrows = wrong('route-throws', () => {
  throw new TypeError('this.gate is undefined');
});
export const asynchronous = wrong('asynchronous', (routing) => Promise.resolve(routing));
export const wrongShape = wrong('wrong-shape', (routing) => ({
  ...routing,
  probs: slice(routing.probs, [0, 0], [-1, 1]),
}));
export const wrongType = wrong('wrong-type', (routing) => ({
  ...routing,
  dispatchMask: cast(routing.dispatchMask, 'int32'),
}));
export const noMask = wrong('no-mask', ({ dispatchMask: _, ...routing }) => routing);
export const softMask = wrong('soft-mask', (routing) => ({
  ...routing,
  dispatchMask: mul(routing.dispatchMask, 0.5),
}));
export const nanWeights = wrong('nan-weights', (routing) => ({
  ...routing,
  combineWeights: div(routing.combineWeights, routing.combineWeights),
}));
export const nanProbs = wrong('nan-probs', (routing) => ({
  ...routing,
  probs: div(sub(routing.probs, routing.probs), 0),
}));
export const nanFlops = wrong(
  'nan-flops',
  (routing) => routing,
  (router) => ({ ...router, flopsPerToken: () => NaN }),
);
export const outside = wrong('outside-the-mask', (routing) => ({
  ...routing,
  combineWeights: routing.probs,
}));
export const tooMany = wrong('too-many-pairs', (routing) => ({ ...routing, maxPairs: 3 }));
export const badLoss = wrong('bad-loss', (routing) => ({
  ...routing,
  losses: [{ name: 'entropy', value: log(sub(sum(routing.probs), add(1e9, 0))), coefficient: 1, atBalance: null }], // prettier-ignore
}));
export const nanStatistic = wrong('nan-statistic', (routing) => ({
  ...routing,
  statistics: { cut: { values: log(sub(sum(routing.probs, 0), 1e9)), over: 'mean' } },
}));
export const statisticWithoutKind = wrong('statistic-without-kind', (routing) => ({
  ...routing,
  statistics: { cut: { values: sum(routing.probs, 0) } },
}));
export const lossWithoutCoefficient = wrong('loss-without-coefficient', (routing) => ({
  ...routing,
  losses: [{ name: 'entropy', value: sum(routing.probs), atBalance: null }],
}));
