import { expect, test } from 'vitest';

import { BASELINE, OTHER, rowColours } from '../../src/report/charts/colours.js';
import { sampleResults } from '../sample-results.js';

/** `count` routers of which later ones are better, and a dense baseline. */
function rows(count: number, groups = 1) {
  const routers = Array.from({ length: count }, (_, i) => ({
    router: 'topk',
    label: `r${i}`,
    group: `group ${i % groups}`,
  }));
  const dense = { router: 'dense', group: 'group 0' };
  return sampleResults({ routers: [dense, ...routers], seeds: [1, 2] }, (label, seed) =>
    label === 'dense' ? 3.2 : 3 - Number(label.slice(1)) / 100 + seed / 1000,
  );
}

test('the one baseline has the ink, the others a colour each', () => {
  const colours = [...rowColours(rows(8)).values()];
  expect(colours[0]).toBe(BASELINE);
  expect(new Set(colours).size).toBe(9);
  expect(colours).not.toContain(OTHER);
});

test('the baselines of several groups have different colours', () => {
  const colours = [...rowColours(rows(3, 2)).values()];
  expect(colours).not.toContain(BASELINE);
  expect(new Set(colours).size).toBe(4);
});

test('of more rows than colours the best eight have one each, and the rest one grey: none means two rows', () => {
  const run = rows(50);
  const colours = rowColours(run);
  const own = run.rows.filter((row) => colours.get(row) !== OTHER).map(({ label }) => label);
  expect(own).toEqual(['dense', 'r42', 'r43', 'r44', 'r45', 'r46', 'r47', 'r48', 'r49']);
  expect(new Set(own.map((label) => colours.get(run.rows.find((row) => row.label === label)!))).size).toBe(9); // prettier-ignore
});
