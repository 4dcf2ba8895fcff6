import { describe, expect, test } from 'vitest';

import { mergeResults } from '../src/index.js';
import { sampleResults } from './sample-results.js';

const rows = [{ router: 'dense' }, { router: 'topk' }];
const run = (more: object, shift = 0) =>
  sampleResults({ routers: rows, ...more }, (label, seed) => (label === 'dense' ? 3 : 2.9) + shift + seed / 100); // prettier-ignore

describe('mergeResults', () => {
  test('seeds of one row come together, one that both have counts once', () => {
    const merged = mergeResults([run({ seeds: [1, 2] }), run({ seeds: [2, 3] }, 5)]);
    const [dense, topk] = merged.rows;
    expect(dense!.trials.map(({ seed }) => seed)).toEqual([1, 2, 3]);
    expect(topk!.figures!.metrics['bitsPerByte']!.difference).toMatchObject({ n: 3 });
    expect(dense!.trials[1]!.limited['bitsPerByte']).toBeCloseTo(3.02);
    expect(merged.manifest.experiment.seeds).toEqual([1, 2, 3]);
  });

  test('runs of other settings stand beside each other, each with its own baseline', () => {
    const other = run({ seeds: [1, 2], training: { steps: 9 } }, 1);
    const merged = mergeResults([run({ seeds: [1, 2] }), other]);
    expect(merged.rows.map(({ label, baseline }) => [label, baseline])).toEqual([
      ['dense [run 1]', true],
      ['topk [run 1]', false],
      ['dense [run 2]', true],
      ['topk [run 2]', false],
    ]);
    const { difference } = merged.rows[3]!.figures!.metrics['bitsPerByte']!;
    expect(difference!.mean).toBeCloseTo(-0.1);
  });

  test('runs of different tasks are a coded error', () => {
    const other = run({ task: 'vision-language' });
    expect(() => mergeResults([run({}), other])).toThrowError(
      expect.objectContaining({ code: 'BENCH_MERGE' }),
    );
  });
});
