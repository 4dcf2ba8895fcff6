import { describe, expect, test } from 'vitest';

import type { Row } from '../src/index.js';
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
  test('holds every row, the reference and a picture for every question', async () => {
    const html = await report();
    for (const text of ['dense', 'switch', 'bigram reference', 'baseline']) {
      expect(html).toContain(text);
    }
    // quality against two costs, curves and null slots, wide and narrow; experts and loads for each of the two MoE rows
    expect(html.match(/<svg [^>]*role="img"/g)).toHaveLength(4 * 2 + 2 * 2);
    // differences of two metrics in three rows, slots of two, FLOPs of three, two exploratory questions
    expect(html.match(/<svg [^>]*aria-hidden="true" height="26">/g)).toHaveLength(6 + 2 + 3 + 2); // prettier-ignore
  });

  test('every picture is described and has its numbers as a table and as a file', async () => {
    const html = await report();
    const sections = html.split('<section').slice(1);
    const drawn = sections.filter((section) => section.includes('<svg '));
    expect(drawn).toHaveLength(11);
    for (const section of drawn) {
      expect(section).toContain('<summary>Numbers</summary>');
      expect(section).toContain('href="data:text/csv');
      for (const [svg] of section.matchAll(/<svg [^>]*>/g))
        expect(svg).toMatch(/ (aria-label="[^"]+" role="img"|role="img" aria-label="[^"]+"|aria-hidden="true")/); // prettier-ignore
    }
  });

  test('anchors are unique, also where several runs share a page, and every link has one', async () => {
    const run = sampleResults(input, () => 3);
    const html = await renderReport([run, run]);
    const ids = [...html.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id!);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, target] of html.matchAll(/href="#([^"]*)"/g)) expect(ids).toContain(target);
    expect(html).toContain('2 runs');
  });

  test('the question comes with its answer', async () => {
    const about = { question: 'Is it <so>?', claim: 'They say so.', decision: 'By the interval.' };
    const run = sampleResults({ ...input, about }, () => 3);
    const answer = { sentence: 'Not distinguishable.', findings: ['topk +0.0'] };
    const html = await renderReport({ ...run, answer });
    for (const text of ['Is it &lt;so&gt;?', 'They say so.', 'Not distinguishable.', 'topk +0.0']) {
      expect(html).toContain(text);
    }
  });

  test('figures by kind of token and example pictures have panels of their own', async () => {
    const run = sampleResults(input, () => 3);
    const html = await renderReport({ ...run, rows: run.rows.map(withPictures) });
    expect(html).toContain('id="groups-intensity"');
    expect(html).toContain('vision');
    expect(html).toContain('id="pictures"');
    expect(html).toMatch(/question:<[^>]*> how many\?/);
    expect(html).toContain('model answer:');
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

function withPictures(row: Row): Row {
  const example = {
    texts: { question: 'how many?', modelAnswer: '2' },
    picture: { width: 2, height: 1, pixels: [0, 255] },
    tokens: [
      { text: 'patch', region: { x: 0, y: 0, width: 1, height: 1 }, experts: [0], slots: [2] },
      { text: 'patch', region: { x: 1, y: 0, width: 1, height: 1 }, experts: [2], slots: [2] },
    ],
  };
  const metrics = { loss: 3, 'intensity.vision': 0.1, 'intensity.text': 0.3 };
  const trials = row.trials.map((trial) => ({
    ...trial,
    trainingCurve: trial.trainingCurve.map((part) => ({ ...part, metrics })),
    examples: [example],
  }));
  return { ...row, trials };
}
