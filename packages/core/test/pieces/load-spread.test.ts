import { createRng, uniformArray } from '@moekit/core';
import type { BalanceScope, RouteContext, RoutingStats } from '@moekit/core';
import { createLoadSpread } from '@moekit/core/pieces';
import { grad, tensor1d, tensor2d, tidy } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor2D } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import { onEachBackend } from '../backends.js';
import { numbers } from '../gradient-check.js';

const [BATCH, LENGTH, SLOTS] = [3, 4, 5];
const TOKENS = BATCH * LENGTH;
const rng = createRng(8);
const added = Array.from({ length: TOKENS }, () => Array.from(uniformArray(rng, SLOTS)));
/** The second sequence is padding alone. */
const real = Array.from({ length: TOKENS }, (_, t) =>
  Number(Math.floor(t / LENGTH) !== 1 && t !== 9),
);
const none = { tokens: 0 } as RoutingStats;

type Variance = 'population' | 'sample';
const spreadOf = (scope: BalanceScope, variance: Variance = 'population', window = 4) =>
  createLoadSpread(SLOTS, { name: 'load', coefficient: 0.5, scope, window, variance });

function contextOf(mask: boolean): RouteContext {
  return {
    training: true,
    rng: createRng(1),
    sequences: { batch: BATCH, length: LENGTH },
    ...(mask && { tokenMask: tensor1d(real, 'float32') }),
  };
}

/** The numbers that tokens add, padding 0. */
const clear = (mask: boolean, values = added) =>
  values.map((row, t) => row.map((v) => (mask ? v * real[t]! : v)));

function valueOf(spread: ReturnType<typeof spreadOf>, mask = false, training = true): number {
  const lossOf = () =>
    spread.of(tensor2d(clear(mask)), { ...contextOf(mask), training }).losses[0]!.value;
  return numbers(tidy(lossOf))[0]!;
}

/** CV^2 of the loads of some tokens, in loops. @param earlier loads that x has in addition */
function oracle(
  tokens: readonly number[],
  variance: Variance,
  earlier: readonly number[] = [],
  values = added,
) {
  const loads = Array.from({ length: SLOTS }, (_, s) =>
    tokens.reduce((sum, t) => sum + values[t]![s]!, earlier[s] ?? 0),
  );
  const average = loads.reduce((sum, x) => sum + x, 0) / SLOTS;
  const squares = loads.reduce((sum, x) => sum + (x - average) ** 2, 0);
  return squares / (variance === 'population' ? SLOTS : SLOTS - 1) / average ** 2;
}

const all = added.map((_, t) => t);
const groups = (mask: boolean) =>
  Array.from({ length: BATCH }, (_, g) =>
    all.filter((t) => Math.floor(t / LENGTH) === g && (!mask || real[t])),
  ).filter((tokens) => tokens.length > 0);
const inSequences = (mask: boolean, variance: Variance, values = added) =>
  groups(mask).reduce((sum, tokens) => sum + oracle(tokens, variance, [], values), 0) /
  groups(mask).length;

onEachBackend('load spread', () => {
  describe.each(['population', 'sample'] as const)('%s variance', (variance) => {
    it.each([false, true])('is that of the loops in each scope, padding %s', (mask) => {
      const tokens = all.filter((t) => !mask || real[t]);
      const earlier = [3, 0, 1, 0, 2];
      expect(valueOf(spreadOf('micro-batch', variance), mask)).toBeCloseTo(
        oracle(tokens, variance),
        5,
      );
      expect(valueOf(spreadOf('sequence', variance), mask)).toBeCloseTo(
        inSequences(mask, variance),
        5,
      );
      const batch = spreadOf('batch', variance);
      batch.afterMicroBatch!(none, { load: earlier });
      expect(valueOf(batch, mask)).toBeCloseTo(oracle(tokens, variance, earlier), 5);
      batch.dispose();
    });
  });

  it('forgets the micro-batches of a step after it, and looks back over a window, decayed', () => {
    const [batch, window] = [spreadOf('batch'), spreadOf('window')];
    const alone = valueOf(batch);
    for (const spread of [batch, window]) {
      spread.afterMicroBatch!(none, { load: [9, 0, 0, 3, 0] });
      spread.afterStep!(none, { load: [40, 0, 8, 0, 0] });
    }
    expect(valueOf(batch)).toBe(alone);
    expect(valueOf(window)).toBeCloseTo(oracle(all, 'population', [30, 0, 6, 0, 0]), 5);
    expect(valueOf(window, false, false)).toBe(alone);
    expect(numbers(window.variables()[0]!)).toEqual([30, 0, 6, 0, 0, 0, 0, 0, 0, 0]);
    [batch, window].forEach((spread) => spread.dispose());
  });

  it('hands out the sums that scopes batch and window need, and no other scope does', () =>
    tidy(() => {
      const of = (scope: BalanceScope) =>
        spreadOf(scope).of(tensor2d(added), contextOf(false)).statistics;
      const sums = Array.from({ length: SLOTS }, (_, s) =>
        added.reduce((sum, row) => sum + row[s]!, 0),
      );
      for (const scope of ['batch', 'window'] as const) {
        const { over, values } = of(scope)['load']!;
        expect(over).toBe('sum');
        numbers(values).forEach((value, s) => expect(value).toBeCloseTo(sums[s]!, 5));
      }
      expect([of('sequence'), of('micro-batch')]).toEqual([{}, {}]);
    }));

  it.each(['sequence', 'micro-batch', 'batch'] as const)(
    'has the gradient of the loops, %s',
    (scope) => {
      const spread = spreadOf(scope);
      const earlier = [2, 1, 0, 0, 4];
      spread.afterMicroBatch?.(none, { load: earlier });
      const slope = numbers(
        tidy(() =>
          grad((y) => spread.of(y as Tensor2D, contextOf(false)).losses[0]!.value as Scalar)(
            tensor2d(added),
          ),
        ),
      );
      const lossOf = (values: number[][]) => {
        if (scope === 'sequence') return inSequences(false, 'population', values);
        return oracle(all, 'population', scope === 'batch' ? earlier : [], values);
      };
      const step = 1e-5;
      for (let i = 0; i < TOKENS * SLOTS; i += 7) {
        const moved = (by: number) =>
          added.map((row, t) => row.map((v, s) => (t * SLOTS + s === i ? v + by : v)));
        expect(slope[i]).toBeCloseTo((lossOf(moved(step)) - lossOf(moved(-step))) / (2 * step), 4);
      }
      spread.dispose();
    },
  );
});

it('refuses a rule that it cannot have', () => {
  const rule = {
    name: 'load',
    coefficient: 1,
    scope: 'batch',
    window: 1,
    variance: 'sample',
  } as const;
  for (const wrong of [
    { scope: 'all' },
    { window: 0 },
    { coefficient: -1 },
    { variance: 'none' },
    { name: 3 },
  ]) {
    expect(() => createLoadSpread(4, { ...rule, ...wrong } as never)).toThrow(
      expect.objectContaining({ code: 'MOE_OPTIONS' }),
    );
  }
});
