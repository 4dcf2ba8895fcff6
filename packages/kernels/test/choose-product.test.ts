import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import type { ProductShape } from '../src/backends/contract/explanation.js';
import { deviceSpeeds, estimateProduct } from '../src/backends/tensorflow/choose-product.js';
import { sizeClasses } from '../src/backends/tensorflow/size-classes.js';

const even = (experts: number, rows: number) => new Array<number>(experts).fill(rows);
const zipf = (experts: number, rows: number) =>
  Array.from({ length: experts }, (_, e) => Math.ceil(rows / (e + 1)));
const best = (shape: Partial<ProductShape>, device: keyof typeof deviceSpeeds = 'cpu') =>
  estimateProduct(
    { kind: 'rows', rowsPerExpert: even(8, 100), inner: 512, outer: 256, ...shape },
    deviceSpeeds[device],
  )[0]!;

describe('the planner takes', () => {
  test('one product per expert where each is large', () => {
    expect(best({ rowsPerExpert: even(8, 1024), outer: 2048 }).algorithm).toBe('per-expert');
    const uneven = even(8, 8192).map((rows, e) => rows + 64 * e);
    expect(best({ rowsPerExpert: uneven, outer: 2048 }, 'gpu').algorithm).toBe('per-expert');
  });

  test('one product per expert on a CPU also for many and for skewed experts: a launch is cheap there', () => {
    expect(best({ rowsPerExpert: even(64, 512) }).algorithm).toBe('per-expert');
    expect(best({ rowsPerExpert: zipf(64, 4096) }).algorithm).toBe('per-expert');
  });

  test('one batch for many small experts with equal loads, where nothing moves', () => {
    expect(best({ rowsPerExpert: even(256, 2), inner: 32, outer: 32 }).algorithm).toBe('batched');
    expect(best({ rowsPerExpert: even(128, 32) }, 'gpu').algorithm).toBe('batched');
  });

  test('size classes for a skewed load on a GPU, where padding to the largest would multiply the work', () => {
    const { algorithm, waste } = best({ rowsPerExpert: zipf(256, 2000) }, 'gpu');
    expect(algorithm).toBe('size-classes');
    expect(waste).toBeLessThan(1); // padding to the largest adds 40 times the rows
  });
});

describe('size classes', () => {
  test('loads of two kinds need two classes and add nothing', () => {
    expect(sizeClasses([3, 9, 3, 0, 9])).toEqual([
      { experts: [1, 4], capacity: 9 },
      { experts: [0, 2], capacity: 3 },
    ]);
  });

  test('no rows, no classes', () => expect(sizeClasses([0, 0])).toEqual([]));

  test('every expert with rows is in one class, which holds its rows, and more classes never add rows', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50), { maxLength: 20 }), (loads) => {
        const padded = [1, 2, 4].map((most) => {
          const classes = sizeClasses(loads, most);
          expect(classes.length).toBeLessThanOrEqual(most);
          const seen = classes.flatMap(({ experts }) => experts).sort((a, b) => a - b);
          expect(seen).toEqual([...loads.keys()].filter((e) => loads[e]! > 0));
          for (const { experts, capacity } of classes) {
            expect(Math.max(...experts.map((e) => loads[e]!))).toBe(capacity);
          }
          return classes.reduce((sum, { experts, capacity }) => sum + experts.length * capacity, 0);
        });
        expect(padded).toEqual([...padded].sort((a, b) => b - a));
      }),
    );
  });
});
