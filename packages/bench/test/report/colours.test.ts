import { expect, test } from 'vitest';

import { BASELINE, rowColours } from '../../src/report/charts/colours.js';

test('the one baseline is grey and the others differ', () => {
  const colours = rowColours([{ baseline: true }, { baseline: false }, { baseline: false }]);
  expect(colours[0]).toBe(BASELINE);
  expect(new Set(colours).size).toBe(3);
});

test('the baselines of several groups have different colours', () => {
  const colours = rowColours([{ baseline: true }, { baseline: true }, { baseline: false }]);
  expect(colours).not.toContain(BASELINE);
  expect(new Set(colours).size).toBe(3);
});
