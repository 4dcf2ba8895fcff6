import { describe, expect, test } from 'vitest';

import type { Results } from '../src/index.js';
import {
  findExperiment,
  hasLearned,
  namedExperiments,
  presetOf,
  renderReport,
  unlearned,
} from '../src/index.js';
import { compareRows } from '../src/comparison/collect.js';
import { answerOf } from '../src/papers/answers.js';
import { sampleResults } from './sample-results.js';

/** The same figures under the metrics of a task, with a reference whose first metric is `level`. */
function underTask(run: Results, metrics: Results['manifest']['metrics'], level: number): Results {
  const [{ name }] = metrics as [(typeof metrics)[number]];
  const manifest = { ...run.manifest, metrics };
  const reference = { name: 'blind', metrics: { [name]: level } };
  return {
    ...run,
    manifest,
    reference,
    rows: compareRows(run.rows, { metrics, contextOf: () => ({ baseline: undefined, reference }) }),
  };
}
const LOSS = [{ name: 'loss', unit: 'nats/token', better: 'lower' as const }];

describe('an answer rests on rows that learned', () => {
  test.each(namedExperiments().map(({ name }) => name))('%s: none of rows that did not', (name) => {
    const experiment = findExperiment(name);
    const run = sampleResults(presetOf(experiment, 'quick'), (_, seed) => 3 + seed / 100);
    const weak = underTask(run, LOSS, 0.1);
    const controls = experiment.controls ?? [];
    expect(weak.rows.some((row) => hasLearned(row, LOSS))).toBe(false);
    const { sentence } = answerOf(weak)!;
    expect(sentence).toMatch(/^No answer: /);
    expect(controls.every((label) => run.rows.some((row) => row.label === label))).toBe(true);
    const strong = answerOf(underTask(run, LOSS, 9));
    expect(strong?.sentence ?? '').not.toContain('No answer');
  });

  test('a row that is worse than the reference is left out, and named', async () => {
    const input = presetOf(findExperiment('xmoe/threshold-capacity'), 'quick');
    const run = sampleResults(input, (label, seed) =>
      label === 't=0.9, γ=1' ? 4.7 + seed / 100 : 3 + seed / 100,
    );
    expect(run.answer!.sentence).toMatch(/^Among the rows that learned: /);
    expect(run.answer!.findings.at(-1)).toBe(
      'Left out. No better than the bigram reference (3.500 bits/byte): t=0.9, γ=1.',
    );
    const page = await renderReport(run);
    expect(page).toContain('Some rows learned nothing that could be compared');
    expect(page.indexOf('Some rows learned')).toBeLessThan(page.indexOf('class="question"'));
  });

  test('a row that diverged to figures says so, with its seeds', () => {
    const input = { routers: [{ router: 'dense' }, { router: 'topk' }], seeds: [1, 2] };
    const wild = sampleResults(input, (label, seed) => (label === 'topk' && seed === 2 ? 3900 : 3));
    expect(unlearned(wild)).toEqual(['Diverged to figures that mean nothing: topk (seed 2).']);
    const infinite = sampleResults(input, (label) => (label === 'topk' ? Infinity : 3));
    expect(unlearned(infinite)).toEqual([
      'Diverged to figures that mean nothing: topk (seed 1, 2).',
    ]);
    const below = sampleResults(input, (label) => (label === 'topk' ? -1e308 : 3));
    expect(unlearned(below)).toEqual(['Diverged to figures that mean nothing: topk (seed 1, 2).']);
    expect(unlearned(sampleResults(input, () => 3))).toEqual([]);
  });

  test('one seed says neither that quality holds nor that it falls', () => {
    const input = { ...presetOf(findExperiment('xmoe/threshold-capacity'), 'quick'), seeds: [1] };
    const run = sampleResults(input, () => 3);
    const cheap = run.rows.map((row) =>
      row.label === 't=0.9, γ=4'
        ? row
        : {
            ...row,
            figures: {
              ...row.figures!,
              flops: {
                ...row.figures!.flops,
                evaluation: { ...row.figures!.flops.evaluation, moe: 1 },
              },
            },
          },
    );
    const { sentence } = answerOf({ ...run, rows: cheap })!;
    expect(sentence).toContain('quality cannot be judged');
    expect(sentence).not.toContain('without a distinguishable loss');
  });

  test.each(['null/modality', 'xmoe/activation-sparsity'])('%s: one seed is not alike', (name) => {
    const input = { ...presetOf(findExperiment(name), 'quick'), seeds: [1] };
    const run = underTask(
      sampleResults(input, () => 3),
      LOSS,
      9,
    );
    expect(answerOf(run)?.sentence ?? '').not.toContain('not distinguishable');
  });
});
