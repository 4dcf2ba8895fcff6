import '@tensorflow/tfjs';

import { balanceLosses, createBalance, createRng, uniformArray } from '@moekit/core';
import type { BalanceScope, RouteContext, RoutingStats } from '@moekit/core';
import { useBackend } from '@moekit/core/testing';
import { grad, tensor1d, tensor2d, tidy } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor2D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';

import { numbers } from '../gradient-check.js';

beforeAll(() => useBackend('cpu'));

const [BATCH, LENGTH, EXPERTS] = [3, 4, 5];
const TOKENS = BATCH * LENGTH;
const rng = createRng(4);

/** Rows that sum to 1, and 0/1 choices of two experts. */
const probs = rows(() => normalised(uniformArray(rng, EXPERTS, 0.1, 1)));
const choices = rows((t) =>
  Array.from({ length: EXPERTS }, (_, e) => Number((t * 7 + e * 3) % 5 < 2)),
);
const real = Array.from({ length: TOKENS }, (_, t) =>
  Number(t % LENGTH < LENGTH - (t % 3 === 0 ? 2 : 0)),
);
const none = { tokens: 0 } as RoutingStats;

function rows(make: (t: number) => ArrayLike<number>): number[][] {
  return Array.from({ length: TOKENS }, (_, t) => Array.from(make(t)));
}
function normalised(row: Float32Array): number[] {
  const sum = row.reduce((total, v) => total + v, 0);
  return Array.from(row, (v) => v / sum);
}

interface Asked {
  readonly scope: BalanceScope;
  readonly sizes?: number[];
  readonly mask?: boolean;
  readonly window?: number;
}

function balanceOf({ scope, sizes, window = 4 }: Asked) {
  return createBalance(EXPERTS, { coefficient: 0.5, scope, window, ...(sizes && { sizes }) });
}

function contextOf(mask = false): RouteContext {
  return {
    training: true,
    rng: createRng(1),
    sequences: { batch: BATCH, length: LENGTH },
    ...(mask && { tokenMask: tensor1d(real, 'float32') }),
  };
}

function valueOf(balance: ReturnType<typeof balanceOf>, mask = false, training = true): number {
  const value = tidy(() => {
    const cleared = choices.map((row, t) => row.map((v) => (mask ? v * real[t]! : v)));
    const context = { ...contextOf(mask), training };
    return balance.of(tensor2d(probs), tensor2d(cleared), context).losses[0]!.value;
  });
  return numbers(value)[0]!;
}

/** scale * mean over groups of sum f P, in loops. @param earlier counts that f has in addition to those of the group */
function oracle(
  groups: number[][],
  { sizes, mask }: Omit<Asked, 'scope'>,
  earlier = new Array<number>(EXPERTS).fill(0),
) {
  const kept = groups
    .map((tokens) => tokens.filter((t) => !mask || real[t] === 1))
    .filter((g) => g.length > 0);
  const perGroup = kept.map((tokens) => {
    const counts = earlier.map((n, e) => n + tokens.reduce((sum, t) => sum + choices[t]![e]!, 0));
    const all = counts.reduce((sum, n) => sum + n, 0);
    return counts.reduce((sum, n, e) => {
      const mean = tokens.reduce((total, t) => total + probs[t]![e]!, 0) / tokens.length;
      return sum + (n / all / (sizes?.[e] ?? 1)) * mean;
    }, 0);
  });
  return (EXPERTS * perGroup.reduce((sum, v) => sum + v, 0)) / kept.length;
}

const all = [Array.from({ length: TOKENS }, (_, t) => t)];
const bySequence = Array.from({ length: BATCH }, (_, b) =>
  all[0]!.filter((t) => Math.floor(t / LENGTH) === b),
);
const sizes = [1, 1, 1, 1, 3];

describe.each([{}, { mask: true }, { sizes }, { mask: true, sizes }])(
  'with %o',
  (how: Omit<Asked, 'scope'>) => {
    it('balances each sequence, or all tokens of the pass', () => {
      expect(valueOf(balanceOf({ scope: 'sequence', ...how }), how.mask)).toBeCloseTo(
        oracle(bySequence, how),
        5,
      );
      expect(valueOf(balanceOf({ scope: 'micro-batch', ...how }), how.mask)).toBeCloseTo(
        oracle(all, how),
        5,
      );
    });
  },
);

it('is the plain balancing loss in the scope of a micro-batch, to the bit', () => {
  const plain = tidy(
    () => balanceLosses(tensor2d(probs), tensor2d(choices), { coefficient: 0.5 })[0]!.value,
  );
  expect(valueOf(balanceOf({ scope: 'micro-batch' }))).toBe(numbers(plain)[0]);
});

it('balances the micro-batches of a step together, and forgets them after it', () => {
  const balance = balanceOf({ scope: 'batch' });
  const alone = valueOf(balance);
  const passed = [9, 0, 0, 3, 0];
  balance.afterMicroBatch!(none, { balance: passed });
  expect(valueOf(balance)).toBeCloseTo(oracle(all, {}, passed), 5);
  expect(valueOf(balance)).not.toBeCloseTo(alone, 3);
  balance.afterStep!(none, { balance: passed.map((n) => 2 * n) });
  expect(valueOf(balance)).toBe(alone);
  balance.dispose();
});

it('looks back over the window, decayed, in training alone', () => {
  const balance = balanceOf({ scope: 'window', window: 4 });
  const alone = valueOf(balance);
  const counts = [40, 0, 8, 0, 0];
  balance.afterStep!(none, { balance: counts });
  balance.afterMicroBatch!(none, { balance: [0, 4, 0, 0, 0] });
  expect(valueOf(balance)).toBeCloseTo(oracle(all, {}, [30, 4, 6, 0, 0]), 5);
  expect(valueOf(balance, false, false)).toBe(alone);
  balance.afterStep!(none, { balance: counts });
  expect(numbers(balance.variables()[0]!)).toEqual([52.5, 0, 10.5, 0, 0, 0, 0, 0, 0, 0]);
  balance.dispose();
});

it.each(['batch', 'window'] as const)(
  'hands out the counts that scope %s needs, and no other scope does',
  (scope) => {
    tidy(() => {
      const of = (which: BalanceScope) =>
        balanceOf({ scope: which }).of(tensor2d(probs), tensor2d(choices), contextOf()).statistics;
      expect(numbers(of(scope).balance!.values)).toEqual(
        Array.from({ length: EXPERTS }, (_, e) => choices.reduce((sum, row) => sum + row[e]!, 0)),
      );
      expect(of('micro-batch')).toEqual({});
    });
  },
);

it('has a gradient through the probabilities, also per sequence', () => {
  const balance = balanceOf({ scope: 'sequence' });
  const loss = (p: Tensor2D) =>
    balance.of(p, tensor2d(choices), contextOf()).losses[0]!.value as Scalar;
  const slope = numbers(tidy(() => grad((p) => loss(p as Tensor2D))(tensor2d(probs))));
  const step = 1e-2;
  const shifted = (by: number) => {
    const moved = probs.map((row, t) => row.map((v, e) => (t === 5 && e === 2 ? v + by : v)));
    return numbers(tidy(() => loss(tensor2d(moved))))[0]!;
  };
  expect(slope[5 * EXPERTS + 2]).toBeCloseTo((shifted(step) - shifted(-step)) / (2 * step), 4);
});

it('refuses a scope, a window and a coefficient that it cannot have', () => {
  const rule = { coefficient: 1, scope: 'batch', window: 1 } as const;
  expect(() => createBalance(4, { ...rule, scope: 'global' as never })).toThrow(
    /sequence, micro-batch, batch/,
  );
  expect(() => createBalance(4, { ...rule, window: 0 })).toThrow(/window/);
  expect(() => createBalance(4, { ...rule, coefficient: -1 })).toThrow(/coefficient/);
});
