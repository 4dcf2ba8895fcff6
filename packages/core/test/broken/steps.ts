import type { RouteContext, RouterStatistic, Routing } from '@moekit/core';
import { parameter, stopGradient } from '@moekit/core';
import type { Rank, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { add, cast, div, expandDims, mul, sum, tidy } from '@tensorflow/tfjs-core';

import type { BrokenCase } from './break.js';
import { member, routing } from './break.js';

/** The router under test with one statistic. */
const handsOut = (make: (routing: Routing, context: RouteContext) => RouterStatistic) =>
  routing((_x, c, r) => ({ statistics: { load: make(r, c) } }));

/** float32 [E] sums of what the tokens that are there gave each expert. */
const sums = ({ probs }: Routing, { tokenMask }: RouteContext): Tensor1D => {
  const present = tokenMask ? mul<Tensor2D>(probs, expandDims(tokenMask, 1)) : probs;
  return stopGradient(sum<Tensor1D>(present, 0));
};

/** Routers whose steps do not add up. */
export const steps: readonly BrokenCase[] = [
  [
    'statistics',
    'hands out whole numbers',
    handsOut((r) => ({ values: cast(sum(r.dispatchMask, 0), 'int32') as Tensor1D, over: 'sum' })),
    /statistics.load.values: int32/,
  ],
  [
    'statistics',
    'does not say how micro-batches are joined',
    handsOut((r, c) => ({ values: sums(r, c) }) as never),
    /statistics.load.over/,
  ],
  [
    'statistics',
    'hands out a figure for each token',
    handsOut((r) => ({ values: stopGradient(sum<Tensor1D>(r.dispatchMask, 1)), over: 'sum' })),
    /same names, kinds and shapes.*never by tokens/s,
  ],
  [
    'statistics',
    'lets losses learn through them',
    handsOut((r) => ({ values: sum<Tensor1D>(r.probs, 0), over: 'sum' })),
    /must be constants.*stopGradient/s,
  ],
  [
    'statistics',
    'divides by nothing',
    handsOut((r, c) => ({ values: div(sums(r, c), 0), over: 'mean' })),
    /finite numbers, some for each expert.*Infinity in place 0/s,
  ],
  [
    'statistics',
    'sums over padding',
    handsOut((r) => ({ values: stopGradient(sum<Tensor1D>(r.probs, 0)), over: 'sum' })),
    /Padding must have no part.*content of padding/s,
  ],
  [
    'statistics',
    'averages over padding',
    handsOut((r, c) => ({ values: div(sums(r, c), r.probs.shape[0]), over: 'mean' })),
    /Padding must have no part.*left out/s,
  ],
  [
    'statistics',
    'calls a share a sum',
    handsOut((r, c) => ({ values: div(sums(r, c), sum(sums(r, c))), over: 'sum' })),
    /says 'sum'.*add up.*a share, a cut/s,
  ],
  [
    'statistics',
    'calls a sum a mean',
    handsOut((r, c) => ({ values: sums(r, c), over: 'mean' })),
    /says 'mean'.*between those of its two halves/s,
  ],
  [
    'microBatches',
    'keeps what it gathered within a step',
    member((router) => {
      const seen = parameter<Rank.R1>(new Float32Array(1), [1], false);
      const count = (n: number) => tidy(() => seen.assign(add(seen, n)));
      return {
        variables: () => [...router.variables(), seen],
        afterMicroBatch: ({ tokens }) => count(tokens),
        afterStep: ({ tokens }) => count(tokens),
        dispose: () => [router, seen].forEach((part) => part.dispose()),
      };
    }),
    /same state after one micro-batch and after several.*Reset in afterStep/s,
  ],
  [
    'microBatches',
    'keeps it where no checkpoint sees it',
    member((router) => {
      let scale = 1;
      return {
        afterMicroBatch: () => void (scale *= 2),
        route(x, c) {
          const r = router.route(x, c);
          return { ...r, combineWeights: mul(r.combineWeights, scale) };
        },
      };
    }),
    /same state after one micro-batch and after several/,
  ],
  [
    'microBatches',
    'counts the tokens it routes',
    member((router) => {
      const seen = parameter<Rank.R1>(new Float32Array(1), [1], false);
      return {
        variables: () => [...router.variables(), seen],
        route(x, c) {
          tidy(() => seen.assign(add(seen, x.shape[0])));
          return router.route(x, c);
        },
        dispose: () => [router, seen].forEach((part) => part.dispose()),
      };
    }),
    /afterMicroBatch and afterStep alone.*changed in route/s,
  ],
];
