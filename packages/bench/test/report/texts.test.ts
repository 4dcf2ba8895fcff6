import { parseHTML } from 'linkedom';
import { describe, expect, test } from 'vitest';

import type { Results } from '../../src/index.js';
import { parseResults, renderReport, renderResults, routedTextPage } from '../../src/index.js';
import { heat } from '../../src/report/page/picture.js';
import { sampleResults } from '../sample-results.js';

type Tokens = Results['rows'][number]['trials'][number]['examples'][number]['tokens'];

const input = {
  routers: [{ router: 'dense' }, { router: 'topk' }, { router: 'threshold' }],
  seeds: [1, 2],
};
const token = (text: string, ...routes: number[][]) => ({
  text,
  routes,
  experts: routes.map(({ length }) => length),
  slots: routes.map(() => 2),
});

/** MoE rows with a text each, of their first seed. */
function withTexts(tokens: Readonly<Record<string, Tokens>>, copies = 1): Results {
  const run = sampleResults(input, () => 3);
  const rows = Array.from({ length: copies }, () => run.rows)
    .flat()
    .map((row) => {
      const examples = tokens[row.label] ? [{ texts: {}, tokens: [...tokens[row.label]!] }] : [];
      return { ...row, trials: row.trials.map((trial) => ({ ...trial, examples })) };
    });
  return { ...run, rows };
}

const even = [token('Ro', [3, 0], [1, 2]), token('\nmeo', [0, 2], [2, 1])];
const adaptive = [token('Ro', [], [1]), token('meo', [0, 2, 1], [2])];

function sectionOf(html: string) {
  const { document } = parseHTML(html);
  return document.getElementById('texts')!;
}

describe('the panel of texts', () => {
  test('has each row once for each MoE layer, tokens coloured by the expert of the highest weight', async () => {
    const section = sectionOf(await renderReport(withTexts({ topk: even })));
    const texts = [...section.querySelectorAll('.tokens')];
    expect(texts.map((text) => text.textContent)).toEqual(['Ro↵meo', 'Ro↵meo']);
    const looks = texts.map((text) => [...text.querySelectorAll('span')].map((span) => span.className)); // prettier-ignore
    expect(looks).toEqual([
      ['expert-3', 'expert-0'],
      ['expert-1', 'expert-2'],
    ]);
    const sheet = section.querySelector('style')!.textContent;
    for (const expert of [0, 1, 2, 3]) expect(sheet).toContain(`.expert-${expert}{background:`);
    expect(section.querySelector('.legend')!.textContent).toBe('expert 0expert 1expert 2expert 3');
    expect(section.textContent).not.toContain('By how many experts');
    expect(section.querySelector('.tokens span')!.getAttribute('title')).toBe('3, 0');
  });

  test('shows by how many experts only the rows whose tokens differ in it', async () => {
    const section = sectionOf(await renderReport(withTexts({ topk: even, threshold: adaptive })));
    const [, counts] = section.innerHTML.split('By how many experts');
    expect(counts).toContain('<h4>threshold</h4>');
    expect(counts).not.toContain('<h4>topk</h4>');
    expect(counts).toContain(`.count-3{background:${heat(1)}`);
    expect(counts).toMatch(/<span title="no expert" class="count-0">Ro<\/span>/);
    expect(section.innerHTML).toMatch(/<span title="no expert">Ro<\/span>/); // by expert: no colour
  });

  test('has every token in its numbers, and parses from results.json as it was written', async () => {
    const run = withTexts({ threshold: adaptive });
    const section = sectionOf(await renderReport(run));
    const csv = decodeURIComponent(section.querySelector('a')!.getAttribute('href')!);
    expect(csv).toContain('threshold,1,2,meo,1,3,0 2 1');
    expect(csv).toContain('threshold,1,1,Ro,1,0,\r\n');
    const { sha256: _, ...json } = JSON.parse(renderResults(run)) as Results;
    expect(parseResults(JSON.stringify(json))).toEqual(run);
  });

  test('says how many experts it does not list', async () => {
    const many = [{ ...token('a', [1, 2]), experts: [24] }];
    const section = sectionOf(await renderReport(withTexts({ topk: many })));
    expect(section.querySelector('.tokens span')!.getAttribute('title')).toBe('1, 2, 22 more');
  });

  test('folds rows past the sixth, and is text whatever a token holds', async () => {
    const hostile = [token('<script>alert(1)</script>', [0]), token('"><img src=x>', [1])];
    const html = await renderReport(withTexts({ topk: hostile, threshold: hostile }, 5));
    expect(html).not.toMatch(/<script|<img src=x/);
    expect(sectionOf(html).querySelector('details.folded summary')!.textContent).toBe(
      '4 more rows',
    );
  });

  test('is absent without texts, and for results from before there were any', async () => {
    expect(await renderReport(sampleResults(input, () => 3))).not.toContain('id="texts"');
    const old = even.map(({ routes: _, ...rest }) => rest);
    expect(await renderReport(withTexts({ topk: old }))).not.toContain('id="texts"');
  });
});

test('the page of one text is made of the same parts, with the weights and its line breaks', () => {
  const layers = [{ experts: [3, 0], weights: [0.61, 0.39] }];
  const routed = { tokens: [{ text: 'Ro\n', layers }], numExperts: [4] };
  const { document } = parseHTML(routedTextPage('A <text>', 'said', routed));
  const [byExpert, byCount] = [...document.querySelectorAll('.tokens')];
  expect(byExpert!.textContent).toBe('Ro\n');
  expect(byExpert!.querySelector('span')!.getAttribute('title')).toBe('3 (0.61), 0 (0.39)');
  expect(byCount!.querySelector('span')!.className).toBe('count-2');
  expect(document.querySelector('h1')!.textContent).toBe('A <text>');
});
