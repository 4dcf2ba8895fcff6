import { createRng, normalArray } from '@moekit/core';
import type { GroupRule } from '@moekit/core/pieces';
import { aboveCuts, assertGroups, prefixMass, topExperts, withinGroups } from '@moekit/core/pieces';
import { tensor1d, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';

import { onEachBackend } from '../backends.js';
import { numbers } from '../gradient-check.js';

const draws = (tokens: number, experts: number, seed: number) => {
  const values = Array.from(normalArray(createRng(seed), tokens * experts));
  return Array.from({ length: tokens }, (_, t) => values.slice(t * experts, (t + 1) * experts));
};

/** The k highest of a row, ties to the lower index. */
const top = (row: readonly number[], k: number) =>
  [...row.keys()].sort((a, b) => row[b]! - row[a]! || a - b).slice(0, k);

/** The definition, one token at a time: the experts of the groups that stay open, then the k best of them. */
function limited(row: readonly number[], rule: GroupRule, k: number): number[] {
  const size = row.length / rule.groups;
  const groups = Array.from({ length: rule.groups }, (_, g) => row.slice(g * size, (g + 1) * size));
  const worth = groups.map((group) => {
    const best = group.toSorted((a, b) => b - a);
    return rule.groupScore === 'best' ? best[0]! : best[0]! + (best[1] ?? 0);
  });
  const open = top(worth, rule.keptGroups);
  const ranked = row.map((v, e) => (open.includes(Math.floor(e / size)) ? v : -Infinity));
  const chosen = top(ranked, k);
  return row.map((_, e) => +chosen.includes(e));
}

onEachBackend('selection', () => {
  it.each([
    { groups: 4, keptGroups: 2, groupScore: 'two-best' },
    { groups: 4, keptGroups: 1, groupScore: 'best' },
    { groups: 2, keptGroups: 1, groupScore: 'two-best' },
    { groups: 8, keptGroups: 3, groupScore: 'two-best' },
    { groups: 1, keptGroups: 1, groupScore: 'best' },
  ] as const)('within groups takes the best of the best: %o', (rule) => {
    const rows = draws(40, 8, 3);
    const k = Math.min(3, (8 / rule.groups) * rule.keptGroups);
    const got = tidy(() => numbers(topExperts(withinGroups(tensor2d(rows), rule), k)));
    expect(got).toEqual(rows.flatMap((row) => limited(row, rule, k)));
  });

  it('a closed group loses to an open expert however low', () => {
    const rows = [[-5, -9, -8, -7]];
    const rule = { groups: 2, keptGroups: 1, groupScore: 'best' } as const;
    expect(tidy(() => numbers(topExperts(withinGroups(tensor2d(rows), rule), 2)))).toEqual([
      1, 1, 0, 0,
    ]);
  });

  it('equal groups go to the lower one', () => {
    const rule = { groups: 3, keptGroups: 1, groupScore: 'two-best' } as const;
    const equal = tensor2d([[1, 1, 1, 1, 1, 1]]);
    expect(tidy(() => numbers(topExperts(withinGroups(equal, rule), 1)))).toEqual([
      1, 0, 0, 0, 0, 0,
    ]);
  });

  it('groups that do not divide the experts are refused', () => {
    const rule = { groups: 3, keptGroups: 1, groupScore: 'best' } as const;
    expect(() => assertGroups(rule, 8)).toThrow('must divide the 8 experts');
    expect(() => assertGroups({ ...rule, groups: 2, keptGroups: 3 }, 8)).toThrow('keptGroups');
  });

  it('above cuts takes every score that exceeds its own expert’s cut', () => {
    const scores = tensor2d([
      [0.5, 0.5, 0.9],
      [0.1, 0.6, 0.2],
    ]);
    const got = tidy(() => numbers(aboveCuts(scores, tensor1d([0.5, 0.4, 0.3]))));
    expect(got).toEqual([0, 1, 1, 0, 1, 0]);
  });

  it('prefix mass takes the fewest experts that reach it', () => {
    const logits = tensor2d([[Math.log(0.5), Math.log(0.3), Math.log(0.2)]]);
    const at = (mass: number) => tidy(() => numbers(prefixMass(logits, mass)));
    expect([0.4, 0.6, 0.9].map(at)).toEqual([
      [1, 0, 0],
      [1, 1, 0],
      [1, 1, 1],
    ]);
  });
});
