import '@tensorflow/tfjs';
import { createRng, parameter, stopGradient, zLoss } from '@moekit/core';
import type { RouterCheckName } from '@moekit/core/testing';
import { routerChecks, useBackend } from '@moekit/core/testing';
import type { Rank, Tensor2D } from '@tensorflow/tfjs-core';
import {
  add,
  cumsum,
  div,
  exp,
  greater,
  keep,
  log,
  mean,
  mul,
  neg,
  ones,
  onesLike,
  relu,
  reverse,
  scalar,
  sigmoid,
  slice,
  softmax,
  square,
  sub,
  sum,
  where,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

import { member, routing, subjectOf } from './routers/broken.js';
import { topTwo } from './routers/top-two.js';

type Case = [
  check: RouterCheckName,
  broken: string,
  subject: ReturnType<typeof member>,
  message: RegExp,
];

let calls = 0;
const shared = { bias: 0 };

/** Later tokens leak into earlier ones: each token sees the sum of those after it. */
const lookAhead = (x: Tensor2D) => add<Tensor2D>(x, reverse(cumsum(reverse(x, 0), 0), 0));

const cases: Case[] = [
  [
    'options',
    'lets unknown options pass',
    subjectOf({ ...topTwo, options: z.object({ capacityFactor: z.number().default(1) }) }),
    /noSuchOption.*MOE_OPTIONS.*strict/s,
  ],
  [
    'options',
    'has an option without a default',
    subjectOf({ ...topTwo, options: z.strictObject({ capacityFactor: z.number() }) }),
    /capacityFactor/,
  ],
  [
    'shapes',
    'returns a transposed mask',
    routing((_x, _c, r) => ({ dispatchMask: ones([r.probs.shape[1], r.probs.shape[0]]) })),
    /dispatchMask: float32 \[4, 7\] instead of float32 \[7, 4\]/,
  ],
  [
    'shapes',
    'returns an int32 mask',
    routing((_x, _c, r) => ({ dispatchMask: r.dispatchMask.toInt() })),
    /dispatchMask: int32/,
  ],
  [
    'shapes',
    'returns raw scores as probs',
    routing((_x, _c, r) => ({ probs: sigmoid(r.logits) })),
    /distribution.*Normalise the scores/s,
  ],
  [
    'shapes',
    'gives two losses one name',
    routing((_x, _c, r) => ({ losses: [r.losses[0]!, r.losses[0]!] })),
    /different names/,
  ],
  [
    'shapes',
    'leaves atBalance out',
    routing((_x, _c, r) => ({ losses: [{ ...r.losses[0]!, atBalance: undefined as never }] })),
    /atBalance/,
  ],
  [
    'shapes',
    'says it uses more experts than there are',
    member(() => ({ expertsPerToken: 9 })),
    /expertsPerToken.*got 9/,
  ],
  [
    'masks',
    'puts weights into the mask',
    routing((_x, _c, r) => ({ dispatchMask: mul(r.dispatchMask, 0.5) })),
    /only 0 and 1, got 0.5/,
  ],
  [
    'masks',
    'leaves the mask on the tape (straight-through)',
    routing((_x, _c, r) => ({
      dispatchMask: add(r.dispatchMask, sub(r.probs, stopGradient(r.probs))),
    })),
    /constant.*select\(/s,
  ],
  [
    'weights',
    'weights experts that are not dispatched',
    routing((_x, _c, r) => ({ combineWeights: r.probs })),
    /0 where dispatchMask is 0/,
  ],
  [
    'capacity',
    'dispatches what was not selected',
    routing((_x, _c, r) => ({ dispatchMask: onesLike(r.dispatchMask) })),
    /subset of selectionMask/,
  ],
  [
    'capacity',
    'drops in spite of dropFree',
    member((router) => ({ route: (x, c) => router.route(x, { ...c, dropFree: false }) })),
    /With dropFree/,
  ],
  [
    'losses',
    'declares another scale',
    routing((_x, _c, r) => ({ losses: [{ ...r.losses[0]!, atBalance: 4 }] })),
    /atBalance, 4, at uniform routing, got 0\.99|atBalance, 4, at uniform routing, got 1/,
  ],
  [
    'losses',
    'takes the logarithm of 0',
    routing((_x, _c, r) => ({
      losses: [{ ...r.losses[0]!, value: log(mean(r.dispatchMask).mul(0).asScalar()) }],
    })),
    /finite/,
  ],
  [
    'gateGradient',
    'weights by a constant and has no loss',
    routing((_x, _c, r) => ({ combineWeights: r.dispatchMask, losses: [] })),
    /must reach the router weights/,
  ],
  [
    'gateGradient',
    'detaches the normaliser of its softmax',
    routing((_x, _c, r) => {
      const e = exp(r.logits);
      const probs = div<Tensor2D>(e, stopGradient(sum(e, 1, true)));
      return { combineWeights: mul(probs, r.dispatchMask) };
    }),
    /gradient of combineWeights with respect to variables\(\)\[0\]/,
  ],
  [
    'gateGradient',
    'detaches half of a loss',
    routing((_x, _c, r) => ({
      losses: [
        {
          ...r.losses[1]!,
          name: 'half',
          value: mean(mul(r.logits, stopGradient(r.logits))).asScalar(),
        },
      ],
    })),
    /gradient of loss half/,
  ],
  [
    'gateGradient',
    'hides its variables',
    member(() => ({ variables: () => [] })),
    /must list the weights/,
  ],
  [
    'inputGradient',
    'detaches its input',
    member((router) => ({ route: (x, c) => router.route(stopGradient(x), c) })),
    /with respect to x\[\d+\]/,
  ],
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
    /Padding must not change.*tokenMean/s,
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
    'extremes',
    'takes a naive softmax',
    routing((_x, _c, r) => {
      const e = exp(r.logits);
      return { probs: div<Tensor2D>(e, sum(e, 1, true)) };
    }),
    /finite for tokens of scale 1e4/,
  ],
  [
    'extremes',
    'has an infinite gradient at equal logits',
    routing((_x, _c, r) => ({
      losses: [
        {
          ...r.losses[0]!,
          value: sum(square(sub(r.logits, mean(r.logits, 1, true))))
            .sqrt()
            .asScalar(),
        },
      ],
    })),
    /Gradients must stay finite for/,
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
    /leave its inputs alone/,
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
];

describe('a broken router is caught, with a message that teaches', () => {
  beforeAll(() => useBackend('cpu'));

  it.each(cases)('%s: a router that %s', (name, _broken, subject, message) => {
    const { run } = routerChecks.find((check) => check.name === name)!;
    expect(() => run(subject)).toThrow(message);
  });

  it('every check catches at least one broken router', () => {
    const covered = new Set(cases.map(([name]) => name));
    expect(routerChecks.map(({ name }) => name).filter((name) => !covered.has(name))).toEqual([]);
  });

  it('every check lets the router pass that the broken ones are made from', () => {
    const subject = subjectOf(topTwo);
    for (const { run } of routerChecks) expect(run(subject)).toBeUndefined();
  });
});
