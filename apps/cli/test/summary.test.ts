import { readFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';

import type { Results, Row } from '@moekit/bench';
import { parseResults } from '@moekit/bench';
import { describe, expect, test } from 'vitest';

import { bar } from '../src/output/bar.js';
import { duration } from '../src/output/duration.js';
import { printable } from '../src/output/paint.js';
import { renderSummary } from '../src/output/summary.js';

const file = new URL('../../../docs/results/xmoe-scaling-large.json', import.meta.url);
const whole = () => parseResults(readFileSync(file, 'utf8'));
const shown = (results: Results) =>
  stripVTControlCharacters(
    renderSummary(results, { results: 'results.json', report: 'r.html' }, 80),
  );

/** Every row's figures changed. */
function withFigures(change: (row: Row) => Partial<NonNullable<Row['figures']>> | null): Results {
  const run = whole();
  const rows = run.rows.map((row) => {
    const changed = change(row);
    return { ...row, figures: changed && { ...row.figures!, ...changed } };
  });
  return { ...run, rows };
}

const NAME = 'bitsPerByte';
const withMetric = (mean: number, interval: readonly [number, number] | null = null) =>
  withFigures(({ figures }) => {
    const value = { n: 1, mean, sd: Number.NaN };
    const difference = { n: 1, mean, interval, distinguishable: null };
    return { metrics: { ...figures!.metrics, [NAME]: { value, dropFree: null, difference } } };
  });

describe('the summary in the terminal', () => {
  test('names the verdict of every planned question first', () => {
    const run = whole();
    const name = 'quarter − Switch';
    const rows = { 'threshold, experts 1/4': 1, 'Switch, 1 expert': -1 };
    const experiment = { ...run.manifest.experiment, questions: [{ name, rows }] };
    const text = shown({ ...run, manifest: { ...run.manifest, experiment } });
    expect(text).toContain('quarter − Switch: better, −0.051 [−0.084, −0.018] bits/byte.');
    expect(shown(run)).not.toContain('quarter − Switch');
  });

  const cases: readonly (readonly [string, () => Results])[] = [
    ['no rows', () => ({ ...whole(), rows: [] })],
    ['nothing finished', () => withFigures(() => null)],
    ['no metrics', () => withFigures(() => ({ metrics: {} }))],
    ['infinite', () => withMetric(Infinity)],
    ['not a number', () => withMetric(NaN)],
    ['huge', () => withMetric(1e300)],
    [
      'a reference without its metric',
      () => ({ ...weak(), reference: { name: 'odd', metrics: {} } }),
    ],
    ['no reference, though rows do not beat it', () => ({ ...weak(), reference: null })],
    ['a negative duration', () => ({ ...whole(), machine: { ...whole().machine, seconds: -1 } })],
  ];
  const weak = () => withFigures(() => ({ beatsReference: false }));

  test.each(cases)('%s: a table without invalid figures', (_, run) => {
    const text = shown(run());
    expect(text).not.toMatch(/NaN|Infinity|undefined/);
    expect(text).toContain('router');
  });

  test('rows that learned nothing come before anything that is said of them', () => {
    const text = shown(weak());
    expect(text).toContain('Some rows learned nothing that could be compared.');
    expect(text).toMatch(/No better than the bigram reference \(\d\.\d{3} bits\/byte\): dense;/);
    expect(text).not.toContain('Not distinguishable from');
  });

  test('labels and messages cannot steer the terminal, nor flood it', () => {
    const run = whole();
    const message = `\u001b]0;title\u0007\u001b[2J${'x'.repeat(5e6)}`;
    const errors = [{ seed: 1, code: 'BENCH_TRIAL', message }];
    const rows = run.rows.map((row) => ({ ...row, label: `${row.label}\u001b[31m\nnext`, errors }));
    const text = printable(renderSummary({ ...run, rows }, { results: 'a', report: 'b' }, 80));
    expect(text).not.toMatch(/\p{Cc}\]0;|\p{Cc}\[2J/u);
    expect(text).not.toContain('\nnext');
    expect(text.length).toBeLessThan(20_000);
  });
});

test('bars and durations of what is no number', () => {
  for (const share of [NaN, -1, Infinity, 0, 2])
    expect(stripVTControlCharacters(bar(share, 10))).toHaveLength(10);
  expect([NaN, Infinity, -5].map(duration)).toEqual(['–', '–', '–']);
  expect([65, 3599, 3600, 7390].map(duration)).toEqual([
    '1 min 5 s',
    '59 min 59 s',
    '1 h 0 min',
    '2 h 3 min',
  ]);
});
