import fc from 'fast-check';
import { expect, test } from 'vitest';

import { placeLabels } from '../../src/report/charts/place-labels.js';

test('labels with room stay where they are', () => {
  expect(placeLabels([5, 1, 9], 2, [0, 10])).toEqual([5, 1, 9]);
});

test('two that touch part around their middle', () => {
  expect(placeLabels([5, 5], 2, [0, 10])).toEqual([4, 6]);
});

test('a run at the end of the axis is pushed inwards', () => {
  expect(placeLabels([10, 10, 10], 2, [0, 10])).toEqual([6, 8, 10]);
});

test('no two are nearer than the gap, none leaves the axis, order is kept', () => {
  const wanted = fc.array(fc.double({ min: 0, max: 100, noNaN: true }), { maxLength: 20 });
  fc.assert(
    fc.property(wanted, (values) => {
      const placed = placeLabels(values, 4, [0, 100]);
      const order = values.map((_, i) => i).sort((a, b) => placed[a]! - placed[b]!);
      for (let i = 1; i < order.length; i++) {
        const [a, b] = [order[i - 1]!, order[i]!];
        expect(placed[b]! - placed[a]!).toBeGreaterThan(4 - 1e-6);
        expect(values[a]!).toBeLessThanOrEqual(values[b]!);
      }
      for (const at of placed) {
        expect(at).toBeGreaterThan(-1e-6);
        expect(at).toBeLessThan(100 + 1e-6);
      }
    }),
  );
});
