import { readFileSync } from 'node:fs';

import { expect, test } from 'vitest';

import type { Results, Row } from '../src/index.js';
import { parseResults, rankRows } from '../src/index.js';

const read = (name: string): Results =>
  parseResults(
    readFileSync(new URL(`../../../docs/results/${name}-large.json`, import.meta.url), 'utf8'),
  );
const placesOf = (results: Results) =>
  rankRows(results).map(
    ({ row, place, best }) => `${place ?? '-'} ${row.label}${best ? ' best' : ''}`,
  );

test('rows by the first metric, the best marked, controls last without a place', () => {
  const ranked = rankRows(read('routers-zoo'));
  const means = ranked
    .filter(({ place }) => place !== null)
    .map(({ row }) => row.figures!.metrics['bitsPerByte']!.value.mean);
  expect(means).toEqual(means.toSorted((a, b) => a - b));
  expect(ranked.map(({ place }) => place).filter(Boolean)).toEqual(means.map((_, i) => i + 1));
  expect(ranked.filter(({ best }) => best).map(({ row }) => row.label)).toEqual(['remoe']);
  const controls = ['hash', 'oracle', 'frozen-random', 'uniform'];
  expect(ranked.slice(-4).map(({ row, place }) => [row.label, place])).toEqual(
    controls.map((label) => [label, null]),
  );
});

test('each group has its own order and its own best; a row that learned nothing has no place', () => {
  expect(placesOf(read('null-modality'))).toEqual([
    '1 ρ=1 best',
    '2 ρ=1/4',
    '3 ρ=1/2',
    '1 ρ=1/2, redundancy in the text',
    '- ρ=1/2, no task loss',
  ]);
});

test('a higher figure is better where the metric says so; failed rows come after those that learned', () => {
  const results = read('xmoe-dense-to-sparse');
  const [metric, ...rest] = results.manifest.metrics;
  const metrics = [{ ...metric!, better: 'higher' as const }, ...rest];
  const [first, ...others] = results.rows;
  const rows: Row[] = [{ ...first!, figures: null }, ...others];
  const ranked = rankRows({ rows, manifest: { ...results.manifest, metrics } });
  expect(ranked[0]!.row.label).toBe('t = 0.3');
  expect(ranked.at(-1)).toMatchObject({ row: { label: 'dense', figures: null }, place: null });
});

test('equal figures keep their order, and one row alone is not the best of any', () => {
  const results = read('xmoe-dense-to-sparse');
  const [first] = results.rows;
  const twice = { ...results, rows: [first!, { ...first!, label: 'again' }] };
  expect(placesOf(twice)).toEqual(['1 dense best', '2 again']);
  expect(placesOf({ ...results, rows: [first!] })).toEqual(['1 dense']);
});
