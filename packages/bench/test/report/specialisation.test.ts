import { describe, expect, test } from 'vitest';

import type { Results } from '../../src/index.js';
import { isControl, parseResults, renderReport, renderResults } from '../../src/index.js';
import { sampleResults } from '../sample-results.js';

const input = {
  routers: [{ router: 'dense' }, { router: 'topk' }, { router: 'oracle' }],
  seeds: [1, 2],
};

/** Rows with domains and curves of balance; the last one is a control. */
function labelled(names: readonly [string, string] = ['plays', 'source code']): Results {
  const run = sampleResults(input, () => 3);
  const rows = run.rows.map((row) => {
    const counts = row.label === 'oracle' ? [[8, 0], [0, 8], [0, 0], [0, 0]] : [[2, 2], [2, 2], [2, 2], [2, 2]]; // prettier-ignore
    const trials = row.trials.map((trial) => ({
      ...trial,
      ...(trial.layers.length > 0 && {
        labels: [...names],
        balanceCurve: [4, 0.5].map((value, i) => ({
          step: i + 1,
          layers: [value + trial.seed / 10],
        })),
      }),
      ...(row.label === 'oracle' && { control: true }),
      layers: trial.layers.map((layer) => ({
        ...layer,
        labels: counts,
        labelInformation: row.label === 'oracle' ? 1 : 0,
        utilisation: row.label === 'oracle' ? 0.5 : 1,
      })),
    }));
    return { ...row, trials };
  });
  return { ...run, rows };
}

const sectionOf = (html: string, id: string) =>
  html.split('<section').find((section) => section.includes(`id="${id}"`))!;

describe('domains, balance and controls', () => {
  test('are in results.json, which parses as it was written', () => {
    const run = labelled();
    const { sha256: _, ...json } = JSON.parse(renderResults(run)) as Results;
    expect(parseResults(JSON.stringify(json))).toEqual(run);
    expect(run.rows.map(isControl)).toEqual([false, false, true]);
    const wrong = labelled();
    wrong.rows[2]!.trials[0]!.layers[0]!.labelInformation = 1.5;
    expect(() => parseResults(JSON.stringify(wrong))).toThrow(/rows.2.trials.0.layers.0.labelInf/);
  });

  test('a map of experts by domain has its numbers, relative to an even share, and its legend', async () => {
    const section = sectionOf(await renderReport(labelled()), 'specialisation');
    expect(section.match(/<svg /g)).toHaveLength(2);
    expect(section).toContain('4× an even share or more');
    for (const name of ['plays', 'source code']) expect(section).toContain(`>${name}<`);
    const [, csv] = /href="data:text\/csv[^,]*,([^"]*)"/.exec(section)!;
    const lines = decodeURIComponent(csv!).split(/\r?\n/);
    expect(lines).toContain('oracle,1,plays,0,4'); // all of its pairs, of four experts
    expect(lines).toContain('oracle,1,plays,1,0');
    expect(lines).toContain('topk,1,source code,3,1');
    expect(section).toMatch(/<th scope="row">oracle<\/th><td>1\.00<\/td><td>50%<\/td>/);
    expect(section).toMatch(/<th scope="row">topk<\/th><td>0\.00<\/td><td>100%<\/td>/);
  });

  test('max violation is a curve over steps, mean over seeds', async () => {
    const section = sectionOf(await renderReport(labelled()), 'balance');
    const [, csv] = /href="data:text\/csv[^,]*,([^"]*)"/.exec(section)!;
    const lines = decodeURIComponent(csv!).split(/\r?\n/);
    expect(lines.filter((line) => line.startsWith('topk,')).map((line) => line.split(',')[1])).toEqual(['1', '2']); // prettier-ignore
    expect(Number(lines.find((line) => line.startsWith('topk,1,'))!.split(',')[2])).toBeCloseTo(
      4.15,
      6,
    );
  });

  test('a control is marked in the ranking, in each metric, and in the table of figures', async () => {
    const html = await renderReport(labelled());
    expect(html.match(/oracle <span class="note">control<\/span>/g)).toHaveLength(3);
    expect(html).not.toMatch(/topk <span class="note">control/);
  });

  test('results without them have neither panel', async () => {
    const html = await renderReport(sampleResults(input, () => 3));
    expect(html).not.toContain('id="specialisation"');
    expect(html).not.toContain('id="balance"');
  });

  test('names of domains cannot add to the page', async () => {
    const html = await renderReport(labelled(['<script>alert(1)</script>', '"><img src=x>']));
    expect(html).not.toContain('<script');
    expect(html).not.toContain('<img src=x');
  });
});
