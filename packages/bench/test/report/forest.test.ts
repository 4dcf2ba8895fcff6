import { describe, expect, test } from 'vitest';

import type { ForestRow } from '../../src/report/charts/forest.js';
import { forest } from '../../src/report/charts/forest.js';
import { forestScale } from '../../src/report/charts/forest-scale.js';
import { ticksOf } from '../../src/report/charts/strip.js';
import { valueAxis } from '../../src/report/charts/value-axis.js';

const row: ForestRow = {
  label: 'top-2',
  colour: 'var(--series-0)',
  mark: '1',
  ranked: true,
  value: '3.100',
  n: 3,
  difference: -0.1,
  interval: [-0.15, -0.05],
  relative: -0.031,
  words: 'better',
};
const chart = {
  caption: 'c',
  rows: [row],
  value: 'bits',
  unit: 'bits',
  better: 'lower',
  level: 3.2,
} as const;

describe('a forest plot', () => {
  test('has the exact figures next to the drawing, a zero line, the interval and its seeds', () => {
    const html = String(forest(chart));
    for (const text of ['−0.100 [−0.150, −0.050]', '−3.1%', '3 seeds', 'better', '>top-2<'])
      expect(html).toContain(text);
    const { domain } = forestScale(chart.rows, 3.2);
    const zero = (100 * -domain[0]) / (domain[1] - domain[0]);
    expect(html).toContain(`<line x1="${Math.round(zero * 100) / 100}%"`);
    expect(html).toMatch(/← better.*worse →/);
    expect(String(forest({ ...chart, better: 'higher' }))).toMatch(/← worse.*better →/);
  });

  test('draws a margin as a band, whole, and says how wide it is', () => {
    const html = String(forest({ ...chart, margin: 0.5 }));
    expect(html).toMatch(/<rect [^>]*fill="var\(--band\)"/);
    expect(html).toContain('differences of at most 0.500 bits');
    expect(forestScale(chart.rows, 3.2, 0.5).domain[1]).toBeGreaterThan(0.5);
    expect(String(forest(chart))).not.toContain('var(--band)');
  });

  test('gives no mark to what has no difference, and lets a figure without meaning stretch nothing', () => {
    const wild = { ...row, difference: 1e300, interval: null, drawn: false };
    const html = String(forest({ ...chart, rows: [row, { ...row, difference: null, interval: null }, wild] })); // prettier-ignore
    expect(html.match(/<circle/g)).toHaveLength(1);
    expect(html).not.toMatch(/NaN|Infinity/);
    expect(html).toContain('−5.3% to +5.3% of the baseline');
  });
});

describe('its axis', () => {
  const of = (difference: number, half: number) => ({
    difference,
    interval: [difference - half, difference + half] as const,
  });

  test('reaches 5% of the baseline to either side at least, and says so', () => {
    const { domain, floored } = forestScale([of(0.01, 0.005)], 3);
    expect(domain[0]).toBeCloseTo(-0.159, 6);
    expect(domain[1]).toBeCloseTo(0.159, 6);
    expect(floored).toBe(true);
    expect(forestScale([of(0.5, 0.1)], 3).floored).toBe(false);
  });

  test('holds every difference, and cuts an interval that would flatten the others', () => {
    const rows = [of(0.1, 0.05), of(0.2, 0.05), of(-0.3, 0.1), of(0, 50)];
    const { domain, cut } = forestScale(rows, 3);
    expect(cut).toBe(true);
    expect(domain[1]).toBeLessThan(2);
    for (const { difference } of rows) {
      expect(difference).toBeGreaterThan(domain[0]);
      expect(difference).toBeLessThan(domain[1]);
    }
    expect(String(forest({ ...chart, rows: rows.map((each) => ({ ...row, ...each })) }))).toContain('▶'); // prettier-ignore
  });

  test('is one also without rows, without a baseline, with equal seeds', () => {
    for (const domain of [forestScale([], null).domain, forestScale([of(0, 0)], 0).domain])
      expect(domain).toEqual([-1, 1]);
  });

  test.each([
    [
      [-0.159, 0.159],
      [-0.1, 0, 0.1],
    ],
    [
      [-7, 23],
      [0, 10, 20],
    ],
    [
      [0, 1],
      [0, 0.5, 1],
    ],
  ] as const)('has round ticks inside %j', (domain, ticks) => {
    expect(ticksOf(domain, 4)).toEqual(ticks);
  });
});

describe('an axis of values', () => {
  test('does not make 4% look like a gulf', () => {
    const { domain, words } = valueAxis([3, 3.12]);
    expect(0.12 / (domain[1] - domain[0])).toBeLessThan(0.16);
    expect(words).toContain('does not start at 0');
    expect(words).toContain('4.0%');
  });

  test('starts at 0 where values reach far down, and says nothing then', () => {
    expect(valueAxis([1, 4])).toEqual({ domain: [0, 4.24], words: '' });
  });

  test('leaves out what is not finite, and is one for nothing', () => {
    expect(valueAxis([NaN, Infinity])).toEqual({ domain: [0, 1], words: '' });
    expect(valueAxis([NaN, 3]).domain[1]).toBeGreaterThan(3);
    expect(valueAxis([1.7e308, 1.6e308]).domain.every(Number.isFinite)).toBe(true);
  });
});
