import '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

import {
  decodeRoutingStats,
  encodeRoutingStats,
  summariseRouting,
  totalRouterLoss,
} from '@moekit/core';
import { useBackend } from '@moekit/core/testing';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { grad, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';

import type { NullExpertRule } from '../src/index.js';
import { routeLogits, slotsOf } from '../src/index.js';
import { basic, designs } from './golden.js';
import { expectNear } from './near.js';
import { randomRows, ruleOf } from './rule.js';

/** Relative, with the floor of 1 of expectNear. */
const TOLERANCE = 1e-5;
const { k, M, N } = basic.config as typeof basic.config;
const route = (over: Partial<NullExpertRule> = {}) =>
  routeLogits(tensor2d(basic.rawLogits), ruleOf(k, M, over));

describe.each(['cpu', process.env['MOEKIT_TEST_BACKEND'] ?? 'wasm'])(
  'the router on %s and the golden',
  (backend) => {
    beforeAll(() => useBackend(backend));

    it('decisions, weights and probabilities', () => {
      tidy(() => {
        const { dispatchMask, probs, combineWeights, zeroCompute } = route();
        const mask = basic.selectedReal.map((of) => [0, 1, 2, 3].map((e) => +of.includes(e)));
        expect(dispatchMask.arraySync()).toEqual(mask);
        expectNear(
          probs.arraySync(),
          basic.expandedProbs.map((p) => p.slice(0, N)),
          TOLERANCE,
        );
        expectNear(combineWeights.arraySync(), basic.gatesReal, TOLERANCE);
        expectNear(
          zeroCompute!.mass.arraySync(),
          basic.expandedProbs.map((p) => M * p[N]!),
          TOLERANCE,
        );
        expect(zeroCompute!.slots.arraySync()).toEqual(basic.numReal.map((r) => k - r));
        const raw = route({ gateNorm: 'none' }).combineWeights.arraySync();
        expectNear(raw, basic.gatesEq3NoRenorm, TOLERANCE);
      });
    });

    it('losses', () => {
      tidy(() => {
        const [balance, z] = route().losses;
        expectNear(balance!.value.arraySync(), basic.balance_perAssignment, TOLERANCE);
        expectNear(z!.value.arraySync(), basic.zLoss_expanded_Eq7, TOLERANCE);
        expectNear(
          totalRouterLoss(route().losses).arraySync(),
          basic.auxTotal_perAssignment,
          TOLERANCE,
        );
        const perToken = route({ fraction: 'token' }).losses[0]!;
        expectNear(perToken.value.arraySync(), basic.balance_perToken, TOLERANCE);
        expect([balance!.atBalance, z!.atBalance, perToken.atBalance]).toEqual([1, null, k]);
        const raw = route({ zLossOver: 'raw' }).losses[1]!.value.arraySync();
        expectNear(raw, basic.zLoss_raw_Nplus1_variant, TOLERANCE);
      });
    });

    it('gradients of the losses', () => {
      tidy(() => {
        const of = (loss: number) =>
          grad((z) => routeLogits(z as Tensor2D, ruleOf(k, M)).losses[loss]!.value)(
            tensor2d(basic.rawLogits),
          ).arraySync();
        expectNear(of(0), basic.grad_balance_perAssignment, TOLERANCE);
        expectNear(of(1), basic.grad_zLoss_expanded, TOLERANCE);
      });
    });

    it('counts', () => {
      tidy(() => {
        const stats = decodeRoutingStats(encodeRoutingStats(route()).dataSync());
        expect(stats.tokensPerExpert).toEqual(basic.counts.slice(0, N));
        expectNear(stats.nullMass, basic.P_null_total, TOLERANCE);
        const { nullShare, expertsPerToken } = summariseRouting(stats);
        expectNear(nullShare, basic.nullSlotRatio, TOLERANCE);
        expectNear(stats.zeroComputeTokens / stats.tokens, basic.zeroComputeTokenRatio, TOLERANCE);
        expectNear(expertsPerToken, basic.meanRealPerToken, TOLERANCE);
      });
    });
  },
);

describe.each(designs)('the design table: $name of N=$N', (design) => {
  const { N: numExperts, kMax, rho, M: nullCopies } = design;

  it('null slots and expected experts follow from the density', () => {
    const slots = slotsOf(numExperts, { kMax, density: rho });
    expect(slots.nullCopies).toBe(nullCopies);
    expectNear(slots.expertsPerToken, design.EK, 1e-9);
    expectNear(1 - slots.density, design.targetNullSlotRatio, 1e-9);
  });

  it('exchangeable logits fill (k+1) / (2(N+1)) of the slots with null', () => {
    tidy(() => {
      const logits = tensor2d(randomRows(5, 4096, numExperts + (nullCopies > 0 ? 1 : 0)));
      const routing = routeLogits(logits, ruleOf(kMax, nullCopies));
      const stats = decodeRoutingStats(encodeRoutingStats(routing).dataSync());
      const { nullShare } = summariseRouting(stats);
      // 4,096 tokens: a standard error of at most 0.006 in these rows; three of them.
      expect(Math.abs(nullShare - design.initNullSlotRatio_montecarlo)).toBeLessThan(0.018);
    });
  });
});
