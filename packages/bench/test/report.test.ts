import { describe, expect, test } from 'vitest';

import { renderReport } from '../src/index.js';
import { sampleResults } from './sample-results.js';

const input = {
  routers: [
    { router: 'dense' },
    { router: 'topk', label: '<img src=x onerror=alert(1)>' },
    { router: 'switch' },
  ],
  seeds: [1, 2],
};
const report = () =>
  renderReport(
    sampleResults(input, (label, seed) =>
      label === 'switch' && seed === 2 ? undefined : 3 + seed / 100 + label.length / 1000,
    ),
  );

describe('renderReport', () => {
  test('holds every row, the reference and the three charts', async () => {
    const html = await report();
    for (const text of ['dense', 'switch', 'bigram reference', 'baseline']) {
      expect(html).toContain(text);
    }
    // loss curves, quality against compute, one heat map for each of the two MoE rows
    expect(html.match(/<svg /g)).toHaveLength(4);
  });

  test('escapes what users wrote, in text and in charts', async () => {
    const html = await report();
    expect(html).not.toContain('<img');
    expect(html).not.toContain('<b>bold');
    expect(html).toContain('&lt;img src=x onerror=alert(1)&gt;');
    expect(html).toContain('MOE_ROUTING: a &lt;b&gt;bold&lt;/b&gt; mistake');
  });

  test('needs no network and runs no script', async () => {
    const html = await report();
    expect(html).not.toMatch(/https?:|<script|<link|<iframe|@import|url\((?!#)/i);
  });

  test('a stopped run and a run without any finished trial still make a page', async () => {
    const html = await renderReport(sampleResults(input, () => undefined));
    expect(html).toContain('no finished trial');
  });
});
