import type { RouterPlugin } from '@moekit/core';
import { createRouter } from '@moekit/core';
import { tensor, tidy } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';

import { gshardRouter, stMoERouter, switchRouter, topKRouter } from '../src/index.js';
import { ranked, softmax } from './reference/basics.js';
import type { Matrix } from './support.js';
import {
  describeOnBackends,
  evaluation,
  expectClose,
  matrix,
  randomLogits,
  training,
} from './support.js';

/** The routing of given logits: a gate of ones on the diagonal. */
function route(plugin: RouterPlugin, logits: Matrix, options: object, context = evaluation()) {
  const width = logits[0]!.length;
  const router = createRouter(plugin, { modelWidth: width, numExperts: width, seed: 1 }, options);
  const diagonal = Array.from({ length: width ** 2 }, (_, i) => +(i % (width + 1) === 0));
  tidy(() => router.variables()[0]!.assign(tensor(diagonal, [width, width])));
  const routing = router.route(matrix(logits), context);
  router.dispose();
  return routing;
}

const logits = randomLogits(30, 5, 4);
const pairs = logits.map((z) => {
  const [first, second] = ranked(z) as [number, number];
  const p = softmax(z);
  return { first, second, share: p[second]! / (p[first]! + p[second]!) };
});
const noLimit = { capacityFactor: null, evalCapacityFactor: null };

describeOnBackends('second choices', () => {
  it.each([gshardRouter, stMoERouter])(
    '$name keeps those above the threshold, or all, or none',
    (plugin) =>
      tidy(() => {
        const policies = { threshold: (g: number) => g > 0.3, all: () => true, none: () => false };
        for (const [policy, keeps] of Object.entries(policies)) {
          const options = { ...noLimit, secondChoice: policy, evalSecondChoice: policy, secondChoiceThreshold: 0.3 }; // prettier-ignore
          const expected = pairs.map(({ first, second, share }) =>
            logits[0]!.map((_, e) => +(e === first || (e === second && keeps(share)))),
          );
          for (const context of [training(), evaluation()]) {
            const { dispatchMask } = route(plugin, logits, options, context);
            expect(dispatchMask.arraySync(), policy).toEqual(expected);
          }
        }
      }),
  );

  it('are kept at evaluation, and at random in training, where nothing else is asked for', () =>
    tidy(() => {
      const count = (context: ReturnType<typeof training>) =>
        route(gshardRouter, logits, noLimit, context).dispatchMask.sum().dataSync()[0]!;
      expect(count(evaluation())).toBe(60);
      expect(count(training())).toBeLessThan(60);
      expect(count(training({ dropFree: true }))).toBe(60);
    }));

  it('weights sum to 1 over what is left where they are normalised after drops', () =>
    tidy(() => {
      const options = { evalCapacityFactor: 0.7, minCapacity: 1, scale: 0.8 };
      const rows = (normalise: string) => {
        const { combineWeights, dispatchMask } = route(gshardRouter, logits, {
          ...options,
          normalise,
        });
        return [combineWeights.arraySync(), dispatchMask.arraySync()] as const;
      };
      const [before, mask] = rows('before-drops');
      const [after] = rows('after-drops');
      const kept = mask.map((row) => row.reduce((a, b) => a + b));
      expect(kept.filter((n) => n === 1).length).toBeGreaterThan(0);
      mask.forEach((row, t) => {
        const { first, share } = pairs[t]!;
        const whole = (e: number) => (e === first ? 1 - share : share);
        const left = row.reduce((total, m, e) => total + m * whole(e), 0);
        expectClose(
          before[t]!,
          row.map((m, e) => 0.8 * m * whole(e)),
        );
        expectClose(
          after[t]!,
          row.map((m, e) => (m * 0.8 * whole(e)) / (left || 1)),
        );
      });
    }));
});

describeOnBackends('room', () => {
  it.each([
    ['a sequence', 'sequence', { batch: 3, length: 10 }, 10],
    ['a group of tokens', 12, { batch: 1, length: 30 }, 12],
    ['the batch without sequences', 'sequence', undefined, 30],
  ] as const)('of %s is shared by its tokens alone', (_what, capacityPer, sequences, rows) =>
    tidy(() => {
      const options = { evalCapacityFactor: 1, minCapacity: 1 };
      const context = evaluation(sequences && { sequences });
      const whole = route(switchRouter, logits, { ...options, capacityPer }, context);
      const starts = logits.map((_, t) => t).filter((t) => t % rows === 0);
      const room = Math.floor(rows / 5);
      const expected = starts.flatMap((start) => {
        const taken = new Map<number, number>();
        return pairs.slice(start, start + rows).map(({ first }) => {
          const before = taken.get(first) ?? 0;
          taken.set(first, before + 1);
          return logits[0]!.map((__, e) => +(e === first && before < room));
        });
      });
      expect(whole.dispatchMask.arraySync()).toEqual(expected);
      expect(whole.capacity).toBe(room * starts.length);
    }),
  );

  it('goes to the surest tokens first in batch-prioritised routing, whole tokens before others', () =>
    tidy(() => {
      const options = { k: 2, evalCapacityFactor: 0.5, minCapacity: 1, priority: 'batch' };
      const { dispatchMask } = route(topKRouter, logits, options);
      const sure = (t: number) => Math.max(...softmax(logits[t]!));
      const order = logits.map((_, t) => t).sort((a, b) => sure(b) - sure(a) || a - b);
      const expected = logits.map((row) => row.map(() => 0));
      const taken = [0, 0, 0, 0, 0];
      for (const choice of ['first', 'second'] as const) {
        for (const t of order) {
          const e = pairs[t]![choice];
          if (taken[e]!++ < 6) expected[t]![e] = 1; // C = ceil(2 * 30 * 0.5 / 5)
        }
      }
      expect(dispatchMask.arraySync()).toEqual(expected);
    }));
});
