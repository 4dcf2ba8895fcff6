import { createRng, parameter, zLoss } from '@moekit/core';
import type { Rank, Tensor2D } from '@tensorflow/tfjs-core';
import {
  add,
  cumsum,
  div,
  greater,
  keep,
  log,
  mean,
  mul,
  neg,
  norm,
  onesLike,
  relu,
  reshape,
  reverse,
  scalar,
  slice,
  softmax,
  square,
  sum,
  where,
  zerosLike,
} from '@tensorflow/tfjs-core';

import type { BrokenCase } from './break.js';
import { member, routing } from './break.js';

let calls = 0;
const shared = { bias: 0 };

/** Later tokens leak into earlier ones: each token sees the sum of those after it. */
const lookAhead = (x: Tensor2D) => add<Tensor2D>(x, reverse(cumsum(reverse(x, 0), 0), 0));

/** Routers that depend on what they must not, or leave something behind. */
export const behaviour: readonly BrokenCase[] = [
  [
    'determinism',
    'draws from Math.random',
    routing((_x, _c, r) => ({ combineWeights: mul(r.combineWeights, Math.random()) })),
    /same bytes.*context.rng/s,
  ],
  [
    'determinism',
    'starts from Math.random',
    member(() => {
      const v = parameter<Rank.R1>(new Float32Array([Math.random()]), [1]);
      return { variables: () => [v], dispose: () => v.dispose() };
    }),
    /same weights.*spec\.seed/s,
  ],
  [
    'determinism',
    'remembers calls of route',
    member((router) => {
      let memory = 0;
      return {
        route(x, c) {
          const r = router.route(x, c);
          return { ...r, combineWeights: mul(r.combineWeights, ++memory) };
        },
      };
    }),
    /one router.*afterStep/s,
  ],
  [
    'determinism',
    'counts calls at module level',
    member((router) => {
      const scale = ++calls;
      return {
        route(x, c) {
          const r = router.route(x, c);
          return { ...r, combineWeights: mul(r.combineWeights, scale) };
        },
      };
    }),
    /same seed must route alike/,
  ],
  [
    'permutation',
    'weights by position',
    routing((_x, _c, r) => ({
      combineWeights: mul(r.combineWeights, cumsum(onesLike(r.combineWeights), 0)),
    })),
    /permutationEquivariant: false/,
  ],
  [
    'causality',
    'looks ahead and says causal',
    member((router) => ({ route: (x, c) => router.route(lookAhead(x), c) })),
    /first 1 tokens.*causal: false/s,
  ],
  [
    'causality',
    'normalises over the batch and says causal',
    routing((_x, _c, r) => ({
      combineWeights: mul(softmax(r.logits.transpose()).transpose() as Tensor2D, r.dispatchMask),
    })),
    /left out|changed/,
  ],
  [
    'tokenMask',
    'ignores the mask',
    member((router) => ({
      route: (x, { tokenMask: _, ...c }) => router.route(x, c),
    })),
    /tokenMask is 0.*maskTokens/s,
  ],
  [
    'tokenMask',
    'averages a loss over padding',
    routing((_x, _c, r) => ({ losses: [{ ...r.losses[1]!, value: zLoss(r.logits) }] })),
    /Padding must change neither.*tokenMean/s,
  ],
  [
    'tokenMask',
    'lets padding count for capacity',
    member((router) => ({
      route(x, c) {
        const all = router.route(x, { ...c, training: false });
        const row = slice(all.dispatchMask, [0, 0], [1, -1]);
        const crowded = greater(scalar(x.shape[0]), 9);
        const dispatchMask = where(
          crowded,
          mul(all.dispatchMask, row),
          all.dispatchMask,
        ) as Tensor2D;
        return { ...all, dispatchMask, combineWeights: mul(all.probs, dispatchMask) };
      },
    })),
    /padding was left out/,
  ],
  [
    'padding',
    'divides by the norm of a token, which is 0 for padding',
    member((router) => ({
      route(x, c) {
        const r = router.route(x, c);
        const unit = div(x, norm(x, 2, 1, true)); // [T,D]
        return { ...r, losses: [{ ...r.losses[0]!, value: mean(mul(square(unit), reshape(c.tokenMask!, [-1, 1]))) }] };
      },
    })), // prettier-ignore
    /Padding of 0.*must not reach/s,
  ],
  [
    'padding',
    'takes the logarithm of nothing, and masks it with a product',
    routing((x, c, r) => ({
      losses: [{ ...r.losses[0]!, value: mean(mul(log(sum(square(x), 1)), c.tokenMask!)) }],
    })),
    /must not reach/,
  ],
  [
    'ties',
    'gives ties to the higher expert',
    routing((_x, _c, r) => {
      const last = reverse(r.dispatchMask, 1);
      return { dispatchMask: last, selectionMask: last, combineWeights: mul(r.probs, last) };
    }),
    /lower expert index.*token 0 with expert 2 and not 1/s,
  ],
  [
    'notANumber',
    'routes NaN as if it were nothing',
    member((router) => ({
      route: (x, c) =>
        router.route(
          where(greater(square(x), -1), relu(x), zerosLike(x)).clipByValue(0, 9) as Tensor2D,
          c,
        ),
    })),
    /must be refused with a MoekitError/,
  ],
  [
    'singleToken',
    'divides by T - 1',
    routing((x, _c, r) => ({
      combineWeights: div(r.combineWeights, x.shape[0] - 1),
    })),
    /batch of one token/,
  ],
  [
    'leaks',
    'keeps a tensor each step',
    routing((_x, _c, r) => ({ probs: keep(neg(neg(r.probs))) })),
    /Two steps.*got 2 more/s,
  ],
  [
    'leaks',
    'forgets to dispose',
    member((router) => ({ dispose: () => router.variables().length })),
    /Creating and disposing.*got 1 more/s,
  ],
  [
    'leaks',
    'disposes its input',
    member((router) => ({
      route(x, c) {
        const routed = router.route(x, c);
        x.dispose();
        return routed;
      },
    })),
    /must not dispose its inputs/,
  ],
  [
    'state',
    'keeps state at module level',
    member((router) => ({
      afterStep: () => void shared.bias++,
      route(x, c) {
        const r = router.route(x, c);
        return { ...r, combineWeights: mul(r.combineWeights, 1 + shared.bias) };
      },
    })),
    /another router.*closure/s,
  ],
  [
    'state',
    'divides by a count of 0',
    member((router) => {
      let share = 1;
      return {
        afterStep: ({ tokens, dispatchedPairs }) => void (share *= dispatchedPairs / tokens),
        route(x, c) {
          const r = router.route(x, c);
          return { ...r, combineWeights: mul(r.combineWeights, share) };
        },
      };
    }),
    /stay finite after steps/,
  ],
  [
    'state',
    'steps at random',
    member((router) => {
      let scale = 1;
      return {
        afterStep: () => void (scale *= createRng(calls++).uniform()),
        route(x, c) {
          const r = router.route(x, c);
          return { ...r, combineWeights: mul(r.combineWeights, scale) };
        },
      };
    }),
    /one seed and history/,
  ],
  [
    'state',
    'keeps its bias where no checkpoint sees it',
    member((router) => {
      let bias = 1;
      return {
        afterStep: ({ tokens }) => void (bias += tokens),
        route(x, c) {
          const r = router.route(x, c);
          return { ...r, combineWeights: mul(r.combineWeights, bias) };
        },
      };
    }),
    /restored from the variables.*trainable: false/s,
  ],
];
