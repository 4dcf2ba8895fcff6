import { describe, expect, it } from 'vitest';

import { parseExperiment, renderReport } from '../../src/index.js';
import type { Results } from '../../src/index.js';
import { judge } from '../../src/verdicts/judge.js';
import { verdictWords } from '../../src/verdicts/words.js';
import { sampleResults } from '../sample-results.js';

/** Bits per byte of a run of xmoe/scaling, seeds 1 to 3, with the contrasts that an independent analysis of it gave. */
const SCALING: Readonly<Record<string, readonly number[]>> = {
  dense: [3.088971, 3.106619, 3.097355],
  switch: [3.012964, 3.068806, 3.039254],
  top2: [3.026043, 3.050493, 3.042839],
  half: [3.018776, 3.00671, 2.986035],
  quarter: [2.973953, 3.008299, 2.985782],
  eighth: [2.994084, 2.975812, 3.021372],
};
const scaling = (label: string, seed: number) => SCALING[label]![seed - 1]!;
const third = 1 / 3;
const FAMILY = { half: third, quarter: third, eighth: third, switch: -0.5, top2: -0.5 };

interface Asked {
  readonly questions?: readonly object[];
  readonly seeds?: readonly number[];
  readonly labels?: readonly string[];
}
const run = (
  { questions, seeds = [1, 2, 3], labels = Object.keys(SCALING) }: Asked,
  bits: (label: string, seed: number) => number | undefined = scaling,
): Results =>
  sampleResults(
    {
      baseline: labels[1] ?? labels[0],
      routers: labels.map((label) => ({ router: label === 'dense' ? 'dense' : 'topk', label })),
      seeds,
      ...(questions && { questions }),
    },
    bits,
  );
const ask = (asked: Asked, bits?: Parameters<typeof run>[1]) => judge(run(asked, bits));

describe('verdicts', () => {
  it('pools the spread of all rows', () => {
    const [family] = ask({ questions: [{ name: 'family', rows: FAMILY }] });
    expect(family!.estimate!.mean).toBeCloseTo(-0.0433, 4);
    expect(family!.estimate!.df).toBeCloseTo(10, 9);
    expect(family!.estimate!.interval[1] - family!.estimate!.mean).toBeCloseTo(0.0215, 4);
    expect(family).toMatchObject({ kind: 'differs', planned: true, unit: 'bits/byte' });
    expect(verdictWords(family!)).toBe('family: better, −0.043 [−0.065, −0.022] bits/byte.');
  });

  it('takes half a per cent of the rows that are taken off as the margin', () => {
    const [verdict] = ask({ questions: [{ name: 'q', rows: { top2: 1, switch: -1 } }] });
    const mean = (3.012964 + 3.068806 + 3.039254) / 3;
    expect(verdict!.margin).toBeCloseTo(0.005 * mean, 9);
    expect(verdict!.kind).toBe('undecided');
    expect(verdict!.needed).toBe(32);
    expect(verdictWords(verdict!)).toBe(
      'q: undecided, −0.001 [−0.034, 0.033] bits/byte; if there is no difference, 32 seeds would show it to be within 0.015 (power 90%).',
    );
  });

  it('is equivalent where the 90 % interval lies within the margin', () => {
    const at = (within: number) =>
      ask({ questions: [{ name: 'q', rows: { top2: 1, switch: -1 }, within }] })[0]!;
    const { narrow } = at(1).estimate!;
    const edge = Math.max(...narrow.map(Math.abs));
    expect(at(edge + 1e-6).kind).toBe('equivalent');
    expect(at(edge - 1e-6).kind).toBe('undecided');
    expect(verdictWords(at(0.05))).toMatch(
      /^q: equivalent, −0.001 \[.*\] bits\/byte, within ±0.050\.$/,
    );
  });

  it('says of a small difference that it is below the margin', () => {
    const [verdict] = ask({ questions: [{ name: 'q', rows: FAMILY, within: 0.1 }] });
    expect(verdict!.kind).toBe('differs');
    expect(verdictWords(verdict!)).toContain(', by less than 0.100.');
  });

  it('answers no worse for a better row, and worse for a worse one', () => {
    const asked = (rows: object) => ask({ questions: [{ name: 'q', rows, noWorse: true }] })[0]!;
    const better = asked({ quarter: 1, switch: -1 });
    expect([better.kind, verdictWords(better)]).toEqual([
      'equivalent',
      expect.stringContaining('q: no worse, −0.051'),
    ]);
    expect(verdictWords(asked({ dense: 1, switch: -1 }))).toContain('q: worse, +0.057');
  });

  it('corrects planned questions together, and exploratory ones not', () => {
    const rows = { half: 1, top2: -1 };
    const alone = ask({ questions: [{ name: 'q', rows }] })[0]!;
    expect(alone.estimate!.differenceP).toBeCloseTo(0.0373, 3);
    expect(alone.kind).toBe('differs');
    const [first, , exploratory] = ask({
      questions: [
        { name: 'q', rows },
        { name: 'r', rows: { top2: 1, switch: -1 } },
      ],
    });
    expect(first!.estimate!.differenceP).toBeCloseTo(2 * alone.estimate!.differenceP, 9);
    expect(first).toMatchObject({
      kind: 'undecided',
      reason: 'decided alone, not after the correction for several questions',
    });
    expect(exploratory!.planned).toBe(false);
  });

  it('asks every row against the baseline, exploratory, where nothing was planned', () => {
    const verdicts = ask({});
    expect(verdicts.map(({ name, planned }) => [name, planned])).toEqual(
      ['dense', 'top2', 'half', 'quarter', 'eighth'].map((row) => [`${row} − switch`, false]),
    );
  });

  it('has no verdict over one seed, nor without any', () => {
    const [one] = ask({ seeds: [1], questions: [{ name: 'q', rows: { half: 1, top2: -1 } }] });
    expect(one).toMatchObject({ kind: 'undecided', reason: 'one seed, which has no spread' });
    const [none] = ask(
      { questions: [{ name: 'q', rows: { half: 1, top2: -1 } }] },
      (label, seed) => (label === 'half' ? undefined : scaling(label, seed)),
    );
    expect(verdictWords(none!)).toBe('q: undecided, no seed of one of its rows finished.');
  });

  it('uses rows that lack a seed', () => {
    const [verdict] = ask(
      { questions: [{ name: 'q', rows: { half: 1, top2: -1 } }] },
      (label, seed) => (label === 'half' && seed === 2 ? undefined : scaling(label, seed)),
    );
    expect(verdict!.estimate).toMatchObject({ seeds: 2, method: 'pooled' });
    expect(verdict!.estimate!.df).toBeGreaterThan(8);
  });

  it('judges no row that diverged or learned nothing, and lends no spread from it', () => {
    const wild = (label: string, seed: number) =>
      label === 'half' && seed === 2 ? 3900 : scaling(label, seed);
    const questions = [
      { name: 'q', rows: { half: 1, top2: -1 } },
      { name: 'r', rows: { quarter: 1, top2: -1 } },
    ];
    const [lost, kept] = ask({ questions }, wild);
    expect(lost).toMatchObject({ kind: 'undecided', reason: 'diverged: half (seed 2)' });
    expect(kept!.estimate!.df).toBeCloseTo(8, 9);
    const [idle] = ask({ questions }, (label, seed) =>
      label === 'half' ? 3.6 : scaling(label, seed),
    );
    expect(idle!.reason).toBe('learned nothing: half');
  });

  it('needs both spreads to agree where rows spread differently', () => {
    const noise = [0.3, -0.2, 0.9, -1.1, 0.4, -0.6, 1.3, -0.9];
    const bits = (label: string, seed: number) =>
      label === 'wild'
        ? 3.2 + 0.2 * noise[seed - 1]!
        : 3 + 0.002 * noise[(seed * (label.length + 2)) % 8]!;
    const [verdict] = ask(
      {
        labels: ['calm', 'even', 'quiet', 'wild'],
        seeds: [1, 2, 3, 4, 5, 6, 7, 8],
        questions: [{ name: 'q', rows: { wild: 1, calm: -1 } }],
      },
      bits,
    );
    const { beside, interval } = verdict!.estimate!;
    expect(beside).not.toBeNull();
    expect(beside![1] - beside![0]).toBeGreaterThan(interval[1] - interval[0]);
    expect(verdict!.estimate!.differenceP).toBeGreaterThan(0.001);
  });

  it('takes other figures: of routing, FLOPs, without drops, the difference of two', () => {
    const asked = (more: object) =>
      ask({ questions: [{ name: 'q', rows: { half: 1, top2: -1 }, within: 1, ...more }] })[0]!;
    expect(asked({ figure: 'layers.nullShare' })).toMatchObject({
      unit: 'layers.nullShare',
      better: null,
    });
    expect(asked({ figure: 'flops.moe' })).toMatchObject({ unit: 'FLOPs/token', better: null });
    expect(asked({ dropFree: true }).unit).toBe('bits/byte, drop-free');
    const gap = asked({ figure: 'bitsPerByte', minus: 'loss', rows: { half: 1 } });
    expect(gap.estimate!.mean).toBeCloseTo(3.00384 * (1 - Math.LN2), 4);
    expect(asked({ figure: 'nothing' }).estimate).toBeNull();
  });

  it('gives the same bytes for the same results', async () => {
    const results = run({ questions: [{ name: 'family', rows: FAMILY }] });
    expect(JSON.stringify(judge(results))).toBe(JSON.stringify(judge(structuredClone(results))));
    expect(await renderReport(results)).toBe(await renderReport(structuredClone(results)));
  });

  it('opens the report with the planned verdicts, and puts exploratory ones below', async () => {
    const page = await renderReport(run({ questions: [{ name: 'family', rows: FAMILY }] }));
    expect(page.indexOf('family: better')).toBeGreaterThan(0);
    expect(page.indexOf('family: better')).toBeLessThan(page.indexOf('>Answer<'));
    expect(page.indexOf('Exploratory comparisons</h')).toBeGreaterThan(page.indexOf('>Answer<'));
    expect(await renderReport(run({}))).not.toContain('>Verdicts<');
  });
});

describe('questions in an experiment', () => {
  const routers = [{ router: 'dense' }, { router: 'topk', label: 'a' }];
  const refused = (question: object, ...more: object[]) =>
    expect(() => parseExperiment({ routers, questions: [question, ...more] }));

  it.each([
    ['unknown row', { name: 'q', rows: { b: 1, dense: -1 } }, /b in the question "q"/],
    ['weights of no difference', { name: 'q', rows: { a: 1 } }, /sum to 0/],
    ['no weight', { name: 'q', rows: { a: 0, dense: 0 } }, /must weigh a row/],
    ['two margins', { name: 'q', rows: { a: 1, dense: -1 }, margin: 1, within: 1 }, /not both/],
    ['a margin of nothing', { name: 'q', rows: { a: 1, dense: -1 }, margin: 0 }, /margin/],
    ['an unknown key', { name: 'q', rows: { a: 1, dense: -1 }, marign: 1 }, /marign/],
  ])('refuses %s', (_, question, message) => refused(question).toThrow(message));

  it('refuses two of a name', () =>
    refused(
      { name: 'q', rows: { a: 1, dense: -1 } },
      { name: 'q', rows: { a: -1, dense: 1 } },
    ).toThrow(/"q" twice/));
});
