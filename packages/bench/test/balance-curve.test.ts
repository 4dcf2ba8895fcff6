import { expect, test } from 'vitest';

import { BalanceCurve } from '../src/trial/balance-curve.js';

const layer = (tokensPerExpert: number[]) => {
  const dispatchedPairs = tokensPerExpert.reduce((sum, n) => sum + n, 0);
  return {
    tokens: dispatchedPairs,
    tokensPerExpert,
    selectedPairs: dispatchedPairs,
    dispatchedPairs,
    paddedPairs: dispatchedPairs,
    tokensByExperts: [0, dispatchedPairs, ...tokensPerExpert.slice(1).map(() => 0)],
    nullSlots: 0,
    zeroComputeTokens: 0,
    entropy: 0,
    nullMass: 0,
    dilution: 0,
  };
};

const curveOf = (steps: number, loads: (step: number) => number[]) => {
  const curve = new BalanceCurve();
  for (let step = 1; step <= steps; step++) {
    curve.add({ type: 'step', step, steps, layers: [layer(loads(step))] } as never);
  }
  return curve.points();
};

test('a short run has a point for each step', () => {
  const points = curveOf(3, (step) => [[4, 0], [3, 1], [2, 2]][step - 1]!); // prettier-ignore
  expect(points).toEqual([
    { step: 1, layers: [1] },
    { step: 2, layers: [0.5] },
    { step: 3, layers: [0] },
  ]);
});

test('a long run has means of steps, so loads that swing are not even ones', () => {
  const points = curveOf(1001, (step) => (step % 2 === 0 ? [4, 0] : [0, 4]));
  expect(points.length).toBeLessThanOrEqual(200);
  expect(points.at(-1)!.step).toBe(1001);
  for (const { layers } of points) expect(layers).toEqual([1]);
});

test('a dense model has no curve', () => {
  const curve = new BalanceCurve();
  curve.add({ type: 'step', step: 1, steps: 1, layers: [] } as never);
  expect(curve.points()).toEqual([]);
});
