import '@tensorflow/tfjs';

import {
  FeedForwardExperts,
  MoELayer,
  createRouter,
  decodeRoutingStats,
  encodeRoutingStats,
} from '@moekit/core';
import { useBackend } from '@moekit/core/testing';
import type { Scalar, Tensor2D } from '@tensorflow/tfjs-core';
import { grad, mul, sum, tensor2d, tidy } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';

import type { NullExpertRule } from '../src/index.js';
import { nullExpertRouter, routeLogits } from '../src/index.js';
import { expectNear } from './near.js';
import type { Matrix } from './reference.js';
import { balanceReference, countsOf, routeReference, softmaxOf, topSlots } from './reference.js';
import { context, problem, randomRows, ruleOf } from './rule.js';

/** float32 sums of at most 17 probabilities. */
const TOLERANCE = 1e-5;

beforeAll(() => useBackend('cpu'));

function decide(logits: Matrix, rule: NullExpertRule) {
  return tidy(() => {
    const { combineWeights, dispatchMask, losses } = routeLogits(tensor2d(logits), rule);
    return {
      weights: combineWeights.arraySync(),
      mask: dispatchMask.arraySync(),
      balance: losses[0]!.value.arraySync(),
    };
  });
}

const withNull = (logits: Matrix, n: number) => logits.map((row) => [...row.slice(0, -1), n]);
const total = (row: readonly number[]) => row.reduce((a, b) => a + b, 0);

describe('1. limits of the null logit', () => {
  const renormalisedTopK = (logits: Matrix, k: number) =>
    logits.map((row) => {
      const chosen = topSlots(row, k);
      const p = softmaxOf(chosen.map((e) => row[e]!));
      return row.map((_, e) => (chosen.includes(e) ? p[chosen.indexOf(e)]! : 0));
    });

  it('M = 0 is plain renormalised top-k', () => {
    fc.assert(
      fc.property(problem, ({ logits, kMax }) => {
        const real = logits.map((row) => row.slice(0, -1));
        const { weights } = decide(real, ruleOf(kMax, 0));
        expectNear(weights, renormalisedTopK(real, kMax), TOLERANCE);
      }),
    );
  });

  it('a null logit far below all others gives the same', () => {
    fc.assert(
      fc.property(problem, ({ logits, kMax, nullCopies }) => {
        const { weights } = decide(withNull(logits, -1e4), ruleOf(kMax, nullCopies));
        const real = logits.map((row) => row.slice(0, -1));
        expectNear(weights, renormalisedTopK(real, kMax), TOLERANCE);
      }),
    );
  });

  it('a null logit far above all others routes nothing: the output is exactly 0, gradients are finite', () => {
    const spec = { modelWidth: 6, numExperts: 4, seed: 2 };
    const router = createRouter(nullExpertRouter, spec, { nullBias: 1e4 });
    const layer = new MoELayer({
      router,
      experts: new FeedForwardExperts({ ...spec, expertWidth: 3 }),
    });
    tidy(() => {
      const x = tensor2d(randomRows(1, 5, 6));
      const { output, routing } = layer.call(x, context());
      expect(output.arraySync()).toEqual(randomRows(1, 5, 6).map((row) => row.map(() => 0)));
      expect(routing.zeroCompute!.slots.arraySync()).toEqual([4, 4, 4, 4, 4]);
      const dx = grad((v) => sum<Scalar>(layer.call(v as Tensor2D, context()).output))(x);
      expect(dx.arraySync()).toEqual(randomRows(1, 5, 6).map((row) => row.map(() => 0)));
    });
    layer.dispose();
  });
});

describe('2. closed forms', () => {
  it('the threshold form is the literal top-k of N + M slots', () => {
    fc.assert(
      fc.property(problem, ({ logits, kMax, nullCopies }) => {
        const reference = routeReference(logits, { kMax, nullCopies });
        const { mask } = decide(logits, ruleOf(kMax, nullCopies));
        expect(mask).toEqual(reference.real.map((of) => mask[0]!.map((_, e) => +of.includes(e))));
      }),
    );
  });

  it('the three weights are the literal ones', () => {
    fc.assert(
      fc.property(problem, ({ logits, kMax, nullCopies }) => {
        const reference = routeReference(logits, { kMax, nullCopies });
        const weights = (gateNorm: 'real' | 'none' | 'all') =>
          decide(logits, ruleOf(kMax, nullCopies, { gateNorm })).weights;
        expectNear(weights('real'), reference.gatesReal, TOLERANCE);
        expectNear(weights('none'), reference.gatesNone, TOLERANCE);
        expectNear(weights('all'), reference.gatesAll, TOLERANCE);
      }),
    );
  });

  it('the grouped balancing loss is the literal one', () => {
    fc.assert(
      fc.property(problem, ({ logits, kMax, nullCopies }) => {
        const reference = routeReference(logits, { kMax, nullCopies });
        const fractions = countsOf(reference).map((n) => n / (logits.length * kMax));
        const literal = balanceReference(reference, fractions).value;
        expectNear(decide(logits, ruleOf(kMax, nullCopies)).balance, literal, TOLERANCE);
      }),
    );
  });

  it('the loss does not depend on which null copies were taken', () => {
    fc.assert(
      fc.property(problem, fc.nat(), ({ logits, kMax, nullCopies }, turn) => {
        const reference = routeReference(logits, { kMax, nullCopies });
        const { N } = reference;
        const counts = countsOf(reference).map((n) => n / (logits.length * kMax));
        const turned = counts.map((_, s) =>
          s < N ? counts[s]! : counts[N + ((s - N + turn) % nullCopies)]!,
        );
        const [a, b] = [counts, turned].map((f) => balanceReference(reference, f).value);
        expectNear(a, b, 1e-12);
      }),
    );
  });

  it('weights sum to 1, or to 0 for an all-null token', () => {
    fc.assert(
      fc.property(problem, ({ logits, kMax, nullCopies }) => {
        const { weights, mask } = decide(logits, ruleOf(kMax, nullCopies));
        weights.forEach((row, t) =>
          expectNear(total(row), Math.min(1, total(mask[t]!)), TOLERANCE),
        );
      }),
    );
  });
});

it('3. later tokens never change the routing of earlier ones', () => {
  fc.assert(
    fc.property(problem, fc.nat(), ({ logits, kMax, nullCopies }, seed) => {
      const rule = ruleOf(kMax, nullCopies);
      const kept = 1 + (seed % logits.length);
      const later = randomRows(seed, logits.length - kept, logits[0]!.length, 3);
      const changed = decide([...logits.slice(0, kept), ...later], rule);
      const shorter = decide(logits.slice(0, kept), rule);
      const whole = decide(logits, rule);
      for (const member of ['mask', 'weights'] as const) {
        expect(changed[member].slice(0, kept)).toEqual(whole[member].slice(0, kept));
        expect(shorter[member]).toEqual(whole[member].slice(0, kept));
      }
    }),
  );
});

describe('4. the task loss and the null logit', () => {
  const logits = [
    [2, 1, 0.5, -1, 0],
    [0.2, 3, -0.4, -0.6, 0],
  ];
  const nullGradient = (gateNorm: 'real' | 'none' | 'all') =>
    tidy(() => {
      const task = (z: Tensor2D) => {
        const { combineWeights } = routeLogits(z, ruleOf(4, 4, { gateNorm }));
        return sum(
          mul(
            combineWeights,
            tensor2d([
              [1, -2, 3, 4],
              [0.5, 2, -1, 1],
            ]),
          ),
        );
      };
      return grad(task as never)(tensor2d(logits)).arraySync() as Matrix;
    }).map((row) => row[4]!);

  it("gateNorm 'real' gives it exactly no gradient", () => {
    expect(nullGradient('real')).toEqual([0, 0]);
  });

  it.each(['none', 'all'] as const)("gateNorm '%s' gives it one", (gateNorm) => {
    nullGradient(gateNorm).forEach((g) => expect(Math.abs(g)).toBeGreaterThan(1e-3));
  });
});

it('5. compute is counted from the real experts that were reached, not from kMax', () => {
  const spec = { modelWidth: 6, numExperts: 8, seed: 4 };
  const router = createRouter(nullExpertRouter, spec, { kMax: 4, density: 0.5, nullBias: 0.3 });
  const experts = new FeedForwardExperts({ ...spec, expertWidth: 3 });
  const layer = new MoELayer({ router, experts });
  const T = 64;
  tidy(() => {
    const { routing } = layer.call(tensor2d(randomRows(1, T, 6)), context());
    const stats = decodeRoutingStats(encodeRoutingStats(routing).dataSync());
    const reached = total(routing.dispatchMask.arraySync().map(total)) / T;
    const flops = T * router.flopsPerToken() + stats.dispatchedPairs * experts.flopsPerRow();
    expect(reached).toBeLessThan(4);
    expect(stats.dispatchedPairs + stats.nullSlots).toBe(T * 4);
    expectNear(flops, T * (2 * 6 * 9 + reached * 4 * 6 * 3), 1e-9);
  });
  layer.dispose();
});
