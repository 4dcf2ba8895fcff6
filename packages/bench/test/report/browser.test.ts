import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import type { Browser, Page } from 'playwright-core';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { Results } from '../../src/index.js';
import { renderReport } from '../../src/index.js';
import { sampleResults } from '../sample-results.js';
import { MEASURE } from './measure-page.js';

const PATHS = [
  process.env['CHROME_PATH'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];
const executablePath = PATHS.find((path) => path !== undefined && existsSync(path));
const WHY = executablePath ? '' : ' (skipped: no Chromium on this machine; CHROME_PATH names one)';

const folder = mkdtempSync(join(tmpdir(), 'moekit-report-'));
let browser: Browser;
beforeAll(async () => {
  if (executablePath) browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
}, 60_000);
afterAll(async () => {
  await (browser as Browser | undefined)?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** 60 characters, a word without any place to break among them. */
const longName = (i: number) => `router-${i}-${'of-a-very-long-name-'.repeat(3)}`.padEnd(60, 'x').slice(0, 60); // prettier-ignore

const routers = (names: readonly string[]) => names.map((label) => ({ router: 'topk', label }));
const bench = (seeds: readonly number[], labels: readonly string[]) =>
  sampleResults(
    { routers: [{ router: 'dense' }, ...routers(labels)], seeds: [...seeds] },
    (label, seed) => 3 + Math.sin(seed * label.length) / 50 - label.length / 100,
  );

/** Every panel that results may have: domains, balance, groups of tokens, pictures and texts. */
function withEverything(run: Results): Results {
  const region = (x: number) => ({ x, y: 0, width: 1, height: 1 });
  const texts = { question: 'how many of them are there in this picture?', modelAnswer: 'two' };
  const picture = { width: 2, height: 1, pixels: [0, 255] };
  const rows = run.rows.map((row) => {
    const trials = row.trials.map((trial) => ({
      ...trial,
      ...(trial.layers.length > 0 && {
        labels: ['plays', 'source code of a programming language'],
        balanceCurve: Array.from({ length: 60 }, (_, i) => ({
          step: i + 1,
          layers: [3 / (i + 1)],
        })),
      }),
      layers: trial.layers.map((layer) => ({
        ...layer,
        labels: [[2, 2], [1, 3], [2, 2], [0, 4]], // prettier-ignore
        labelInformation: 0.25,
        utilisation: 1,
      })),
      trainingCurve: trial.trainingCurve.map((part) => ({
        ...part,
        metrics: { ...part.metrics, 'intensity.vision': 0.1, 'intensity.text': 0.3 },
      })),
      examples: [
        { texts, picture, tokens: [0, 1].map((x) => ({ text: 'patch', region: region(x), experts: [x], slots: [2] })) }, // prettier-ignore
        { texts: {}, tokens: Array.from({ length: 64 }, (_, i) => ({ text: ` word${i}`, experts: [i % 3], slots: [2], routes: [[0, 1, 2].slice(0, i % 3)] })) }, // prettier-ignore
      ],
    }));
    return { ...row, trials };
  });
  const answer = { sentence: 'Yes, by some.', findings: Array.from({ length: 9 }, (_, i) => `finding ${i}`) }; // prettier-ignore
  return { ...run, rows, answer };
}

const cases: readonly (readonly [string, () => Results | readonly Results[]])[] = [
  ['one seed', () => bench([1], ['topk', 'switch'])],
  ['three seeds', () => bench([1, 2, 3], ['topk', 'switch', 'threshold'])],
  ['every panel', () => withEverything(bench([1, 2], ['topk', longName(1)]))],
  ['one row', () => sampleResults({ routers: [{ router: 'topk' }], seeds: [1, 2] }, () => 3)],
  [
    'fifty rows of long names',
    () =>
      bench(
        [1, 2],
        Array.from({ length: 50 }, (_, i) => longName(i)),
      ),
  ],
  [
    'rows that diverged, failed or learned nothing',
    () =>
      sampleResults(
        { routers: routers(['fine', 'wild', 'lost', 'gone']), seeds: [1, 2] },
        (label) =>
          label === 'wild' ? 1e300 : label === 'lost' ? 3.9 : label === 'gone' ? undefined : 3,
      ),
  ],
  ['nothing finished', () => sampleResults({ routers: routers(['a', 'b']), seeds: [1] }, () => undefined)], // prettier-ignore
  ['two runs', () => [bench([1, 2], ['topk']), withEverything(bench([1], [longName(2)]))]],
];

async function open(
  results: Results | readonly Results[],
  scheme: 'light' | 'dark',
): Promise<Page> {
  const file = join(folder, 'report.html');
  writeFileSync(file, await renderReport(results));
  const page = await browser.newPage({ colorScheme: scheme });
  await page.goto(pathToFileURL(file).href);
  return page;
}

interface Measured {
  readonly problems: readonly string[];
  readonly texts: number;
}

describe.skipIf(!executablePath)(`a report as a browser shows it${WHY}`, () => {
  test.each(cases)(
    '%s: fits phone, tablet and desktop, readable in light and dark, folded and not',
    async (_, results) => {
      const page = await open(results(), 'light');
      const measured = async (shown: string, width: number) => {
        await page.setViewportSize({ width, height: 900 });
        const { problems, texts } = (await page.evaluate(MEASURE)) as Measured;
        expect(problems, `${shown} at ${width}`).toEqual([]);
        expect(texts).toBeGreaterThan(20);
      };
      await measured('folded', 390);
      await page.evaluate('document.querySelectorAll("details").forEach((each) => (each.open = true))'); // prettier-ignore
      for (const width of [390, 800, 1280]) await measured('unfolded', width);
      await page.emulateMedia({ colorScheme: 'dark' });
      await measured('dark', 800);
      await page.close();
    },
    120_000,
  );

  test('measuring finds what it is for', async () => {
    const page = await open(bench([1], ['topk']), 'light');
    await page.setViewportSize({ width: 390, height: 900 });
    await page.evaluate(
      `document.querySelector('section').innerHTML += '<p style="width:900px">wide</p><p style="color:#ccc">faint</p><div style="overflow:hidden;width:50px;white-space:nowrap">cut without anybody knowing</div><svg viewBox="0 0 1000 100" width="300"><text y="50" font-size="12">tiny</text></svg><table><tr><td>none</td></tr></table>'`,
    );
    const { problems } = (await page.evaluate(MEASURE)) as Measured;
    for (const found of [/the page is 9\d\d wide/, /contrast 1\.6/, /cut without a hint/, /text of 3\.6 pixels/, /without a caption/]) // prettier-ignore
      expect(problems.some((problem) => found.test(problem)), `${found}: ${problems.join('; ')}`).toBe(true); // prettier-ignore
    await page.close();
  }, 60_000);

  test('on paper the numbers are open, the contents gone, and nothing is past the edge', async () => {
    const page = await open(withEverything(bench([1, 2, 3], ['topk', longName(1)])), 'dark');
    await page.emulateMedia({ media: 'print' });
    await page.setViewportSize({ width: 700, height: 990 }); // A4 less its margins
    const seen = (selector: string) => page.evaluate(`[...document.querySelectorAll('${selector}')].map((each) => each.checkVisibility())`); // prettier-ignore
    const tables = (await seen(
      'details.numbers:not(.repeats) tr:nth-child(-n+60) td',
    )) as boolean[];
    expect(tables.length).toBeGreaterThan(100);
    expect(tables.every(Boolean)).toBe(true);
    expect(await seen('nav')).toEqual([false]);
    const { problems } = (await page.evaluate(MEASURE)) as Measured;
    expect(problems.filter((problem) => /edge|wide|cut|contrast/.test(problem))).toEqual([]);
    expect(await page.evaluate('getComputedStyle(document.body).color')).toBe('rgb(29, 35, 43)');
    await page.close();
  }, 60_000);
});
