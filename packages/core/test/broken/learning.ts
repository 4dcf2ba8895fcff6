import { stopGradient } from '@moekit/core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { div, exp, log, mean, mul, square, sub, sum } from '@tensorflow/tfjs-core';

import type { BrokenCase } from './break.js';
import { member, routing } from './break.js';

/** Routers that train wrongly: losses, gradients, overflow. */
export const learning: readonly BrokenCase[] = [
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
];
