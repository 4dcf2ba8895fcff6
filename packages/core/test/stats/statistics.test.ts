import '@tensorflow/tfjs';

import type { RouterStatistic } from '@moekit/core';
import { encodeStatistics, joinStatistics } from '@moekit/core';
import { useBackend } from '@moekit/core/testing';
import { tensor1d, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';

beforeAll(() => useBackend('cpu'));

function read(statistics: Record<string, RouterStatistic>) {
  const box: { made?: ReturnType<ReturnType<typeof encodeStatistics>['decode']> } = {};
  tidy(() => {
    const { values, size, decode } = encodeStatistics({ statistics });
    expect(values?.size).toBe(size);
    box.made = decode(values!.dataSync());
  });
  return box.made!;
}

it('comes back as it was handed out, row by row', () => {
  const back = tidy(() => {
    const loads = { values: tensor1d([1, 2]), over: 'sum' as const };
    const bins = {
      values: tensor2d([
        [1, 2, 3],
        [4, 5, 6],
      ]),
      over: 'mean' as const,
    };
    return [read({ loads, bins })] as never;
  }) as unknown as [ReturnType<typeof read>];
  expect(back[0]).toEqual({
    loads: { over: 'sum', values: [1, 2] },
    bins: { over: 'mean', values: [1, 2, 3, 4, 5, 6] },
  });
});

it('is nothing for a routing without statistics', () => {
  const { values, size, decode } = encodeStatistics({});
  expect([values, size, decode([])]).toEqual([undefined, 0, {}]);
});

it('adds sums up and weighs means by tokens', () => {
  const pass = (tokens: number, sum: number, mean: number) => ({
    tokens,
    statistics: {
      load: { over: 'sum', values: [sum] },
      cut: { over: 'mean', values: [mean] },
    } as const,
  });
  expect(joinStatistics([pass(3, 5, 0.25), pass(1, 2, 0.5)])).toEqual({
    load: [7],
    cut: [0.25 * 0.5 + 0.75 * 0.25],
  });
  expect(joinStatistics([pass(0, 0, 0.25)])).toEqual({ load: [0], cut: [0.25] });
  expect(joinStatistics([])).toEqual({});
});

it('joins each over the passes that have it, also where the first has not', () => {
  const none = { tokens: 5, statistics: {} };
  const statistics = {
    load: { over: 'sum', values: [4] },
    cut: { over: 'mean', values: [0.5] },
  } as const;
  expect(joinStatistics([none, { tokens: 3, statistics }])).toEqual({ load: [4], cut: [0.5] });
  expect(joinStatistics([{ tokens: 3, statistics }, none])).toEqual({ load: [4], cut: [0.5] });
});
