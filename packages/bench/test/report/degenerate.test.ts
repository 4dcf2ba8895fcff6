import { parseHTML } from 'linkedom';
import { describe, expect, test } from 'vitest';

import type { Results, Row } from '../../src/index.js';
import { renderReport } from '../../src/index.js';
import { shareBars } from '../../src/report/charts/bars.js';
import { heatMap } from '../../src/report/charts/heat-map.js';
import { histogram } from '../../src/report/charts/histogram.js';
import { linesChart } from '../../src/report/charts/lines.js';
import { sampleResults } from '../sample-results.js';

const input = {
  routers: [{ router: 'dense' }, { router: 'topk' }, { router: 'switch' }],
  seeds: [1, 2],
};
const sample = () => sampleResults(input, (label, seed) => 3 + seed / 100 + label.length / 1000);

/** Rows whose trials are changed. */
function withTrials(run: Results, change: (trial: Row['trials'][number]) => object): Results {
  const rows = run.rows.map((row) => ({
    ...row,
    trials: row.trials.map((trial) => ({ ...trial, ...change(trial) })),
  }));
  return { ...run, rows };
}

const onlyFirst = (run: Results): Results => ({ ...run, rows: run.rows.slice(0, 1) });
const cases: readonly (readonly [string, () => Results])[] = [
  ['no rows', () => ({ ...sample(), rows: [] })],
  ['one row', () => onlyFirst(sample())],
  ['one seed', () => sampleResults({ ...input, seeds: [1] }, () => 3)],
  ['equal seeds', () => sampleResults(input, () => 3)],
  [
    'unequal seeds',
    () => sampleResults(input, (l, s) => (l === 'topk' && s === 1 ? undefined : 3)),
  ],
  [
    'no seed in both',
    () => sampleResults(input, (l, s) => ((l === 'dense') === (s === 1) ? 3 : undefined)),
  ],
  ['nothing finished', () => sampleResults(input, () => undefined)],
  ['only the baseline', () => sampleResults(input, (l) => (l === 'dense' ? 3 : undefined))],
  ['a baseline that failed', () => sampleResults(input, (l) => (l === 'dense' ? undefined : 3))],
  ['infinite', () => sampleResults(input, (l) => (l === 'topk' ? Infinity : 3))],
  ['not a number', () => sampleResults(input, (l) => (l === 'topk' ? NaN : 3))],
  ['everything infinite', () => sampleResults(input, () => Infinity)],
  ['huge', () => sampleResults(input, () => 1e300)],
  ['negative zero', () => sampleResults(input, () => -0)],
  [
    'rows that share a label',
    () => ({ ...sample(), rows: sample().rows.map((row) => ({ ...row, label: 'same' })) }),
  ],
  [
    'no curves',
    () => withTrials(sample(), () => ({ curve: [], trainingCurve: [], loadHistory: [] })),
  ],
  ['no metrics', () => withoutMetrics(sample())],
  [
    'a reference without the metric',
    () => ({ ...sample(), reference: { name: 'odd', metrics: {} } }),
  ],
  [
    'an infinite reference',
    () => ({ ...sample(), reference: { name: 'odd', metrics: { bitsPerByte: Infinity } } }),
  ],
  [
    'a negative duration',
    () => ({ ...sample(), machine: { startedAt: 'x', seconds: -5, workers: 1 } }),
  ],
];

function withoutMetrics(run: Results): Results {
  const rows = run.rows.map((row) => ({
    ...row,
    figures: row.figures && { ...row.figures, metrics: {} },
  }));
  return withTrials({ ...run, rows }, () => ({
    limited: {},
    dropFree: {},
    measured: {},
    curve: [],
  }));
}

describe('a page of results that hardly are any', () => {
  test.each(cases)('%s: a page without invalid figures', async (_, run) => {
    const page = await renderReport(run());
    const { document } = parseHTML(page);
    document.querySelectorAll('a, style').forEach((each: { remove(): void }) => each.remove());
    expect(document.body.textContent).not.toMatch(/NaN|Infinity|undefined/);
    const drawn = [...page.matchAll(/<(?:svg|path|circle|rect|line|text)\b[^>]*/g)].join(' ');
    expect(drawn).not.toMatch(/NaN|Infinity|undefined/);
  });

  test('rows that share a label have a bar each', () => {
    const part = { name: 'a', colour: 'red', ink: 'white', share: 0.5 };
    const bar = { label: 'same', parts: [part] };
    const svg = String(shareBars([bar, bar], 'share'));
    expect(svg.match(/>same</g)).toHaveLength(2);
    expect(svg.match(/<rect [^>]*width="50%"/g)).toHaveLength(2);
  });

  test('one expert, a thousand experts, equal and empty histograms are drawn and bounded', () => {
    const map = (experts: number) =>
      String(
        heatMap({
          values: Array.from({ length: 16 }, () => Array<number>(experts).fill(1)),
          top: 4,
          x: 'expert',
          rowNames: [],
          description: 'd',
        }),
      );
    expect(map(1).match(/h1v1h-1z/g)).toHaveLength(16);
    expect(map(1000).match(/h1v1h-1z/g)).toHaveLength(16 * 125);
    expect(map(1000)).toContain('means of 8');
    for (const shares of [[], [0, 0, 0], [1], Array<number>(64).fill(1 / 64)]) {
      const svg = histogram({ shares, colour: 'red', x: 'n', description: 'd' });
      expect(String(svg)).not.toMatch(/NaN|Infinity/);
    }
  });

  test('names at the ends of forty curves have room, one above another', () => {
    const lines = Array.from({ length: 40 }, (_, i) => ({
      label: `row ${i}`,
      colour: 'red',
      points: [
        [0, 4],
        [1, 3],
      ] as const,
    }));
    const svg = String(linesChart({ lines, x: 'step', y: 'bits', description: 'd' }));
    const height = Number(/viewBox="0 0 \d+ (\d+)"/.exec(svg)![1]);
    const ys = [...svg.matchAll(/translate\([\d.]+,(-?[\d.]+)\)"[^>]*>row \d+</g)].map(([, y]) =>
      Number(y),
    );
    expect(ys).toHaveLength(40);
    expect(Math.min(...ys)).toBeGreaterThan(0);
    expect(Math.max(...ys)).toBeLessThan(height);
    const sorted = ys.toSorted((a, b) => a - b);
    sorted.slice(1).forEach((y, i) => expect(y - sorted[i]!).toBeGreaterThan(15));
  });
});
