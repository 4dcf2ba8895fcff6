import { describe, expect, test } from 'vitest';

import type { Manifest, Results } from '../src/index.js';
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

  test('runs with different settings are shown side by side, each with its own baseline', () => {
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

  const changed = (results: Results, manifest: Partial<Manifest>): Results => ({
    ...results,
    manifest: { ...results.manifest, ...manifest },
  });
  const labels = ({ rows: all }: Results) => all.map(({ label }) => label);
  const { manifest } = run({});

  test.each<readonly [string, Partial<Manifest>, RegExp]>([
    [
      'data of other bytes',
      { data: { ...manifest.data, hash: 'other' } },
      /dataHash was "d" and is "other"/,
    ],
    ['another backend', { backend: 'wasm' }, /backend was "cpu" and is "wasm"/],
    [
      'another version',
      { versions: { node: '20.19.0', code: 'x' } },
      /versions\.code was undefined and is "x"/,
    ],
    ["a task's other code", { files: { lm: 'x' } }, /task was "lm" and is "x"/],
    [
      'a name that both have',
      { experiment: { ...manifest.experiment, name: 'n', expertParameters: 4 } },
      /expertParameters was 8 and is 4/,
    ],
  ])('%s: nothing is pooled or compared, and the difference is named', (_, other, told) => {
    const first = changed(run({ seeds: [1, 2] }), {
      experiment: {
        ...run({ seeds: [1, 2] }).manifest.experiment,
        ...(other.experiment && { name: 'n' }),
      },
    });
    const merged = mergeResults([first, changed(run({ seeds: [1, 2] }, 1), other)]);
    expect(labels(merged)).toEqual([
      'dense [run 1]',
      'topk [run 1]',
      'dense [run 2]',
      'topk [run 2]',
    ]);
    expect(merged.rows[3]!.figures!.metrics['bitsPerByte']!.difference!.mean).toBeCloseTo(-0.1);
    expect(merged.manifest.differences.join()).toMatch(told);
    expect(merged.answer).toBeNull();
  });

  test('a dense run and a run of a router, on other bytes: no difference between them', () => {
    const one = (router: string, hash: string) =>
      changed(
        sampleResults({ routers: [{ router }] }, () => 3),
        { data: { ...manifest.data, hash } },
      );
    const apart = mergeResults([one('dense', 'a'), one('switch', 'b')]);
    expect(apart.rows.map(({ figures }) => figures!.metrics['bitsPerByte']!.difference)).toEqual([
      null,
      null,
    ]);
    const together = mergeResults([one('dense', 'a'), one('switch', 'a')]);
    expect(labels(together)).toEqual(['dense', 'switch']);
    expect(together.rows[1]!.figures!.metrics['bitsPerByte']!.difference!.mean).toBeCloseTo(0);
    expect(together.manifest.differences).toEqual([]);
  });

  test('other code behind one label: two rows, compared with the baseline that both share', () => {
    const merged = mergeResults([
      changed(run({ seeds: [1, 2] }), { files: { topk: 'k=1' } }),
      changed(run({ seeds: [3, 4] }), { files: { topk: 'k=2' } }),
    ]);
    expect(merged.rows.map(({ label, trials }) => [label, trials.map(({ seed }) => seed)])).toEqual(
      [
        ['dense', [1, 2, 3, 4]],
        ['topk [run 1]', [1, 2]],
        ['topk [run 2]', [3, 4]],
      ],
    );
    expect(merged.rows[2]!.figures!.metrics['bitsPerByte']!.difference).toMatchObject({ n: 2 });
  });

  test.each([
    ['options', { options: { k: 2 } }],
    ['experts', { experts: { numExperts: 4 } }],
    ['training', { training: { steps: 7 } }],
  ])('one label with other %s is two rows', (_, own) => {
    const [one, two] = [{}, own].map((more, i) =>
      run({
        seeds: [i + 1],
        routers: [{ router: 'dense' }, { router: 'topk', label: 'topk', ...more }],
      }),
    );
    const merged = mergeResults([one!, two!]);
    expect(labels(merged)).toEqual(['dense', 'topk [run 1]', 'topk [run 2]']);
    expect(merged.manifest.differences).toHaveLength(1);
  });

  test('a row of data of its own whose bytes differ is two rows', () => {
    const rowsOf = {
      routers: [{ router: 'dense' }, { router: 'topk', data: { source: 'x.txt' } }],
    };
    const [one, two] = ['a', 'b'].map((hash) => changed(run(rowsOf), { rowData: { topk: hash } }));
    expect(labels(mergeResults([one!, two!]))).toEqual(['dense', 'topk [run 1]', 'topk [run 2]']);
  });

  test('each row is held against the reference on its own data', () => {
    const easy = { name: 'bigram', metrics: { bitsPerByte: 9 } };
    const other = {
      ...changed(run({}), { data: { ...manifest.data, hash: 'o' } }),
      reference: easy,
    };
    const hard = { ...run({}), reference: { name: 'bigram', metrics: { bitsPerByte: 1 } } };
    const merged = mergeResults([hard, other]);
    expect(merged.rows.map(({ figures }) => figures!.beatsReference)).toEqual([
      false,
      false,
      true,
      true,
    ]);
    expect(merged.reference).toEqual({ name: 'bigram', metrics: {} });
  });

  test('a report of runs that differ does not count as a run', () => {
    const mixed = mergeResults([run({}), changed(run({}), { backend: 'wasm' })]);
    expect(() => mergeResults([mixed, run({})])).toThrowError(
      expect.objectContaining({
        code: 'BENCH_MERGE',
        message: expect.stringMatching(/number 1 .*backend/),
      }),
    );
    const pooled = mergeResults([run({ seeds: [1] }), run({ seeds: [2] })]);
    expect(mergeResults([pooled, run({ seeds: [3] })]).rows[0]!.trials).toHaveLength(3);
  });

  test('the version of Node.js does not count as a difference', () => {
    const other = changed(run({}), { versions: { node: '24.0.0' } });
    expect(labels(mergeResults([run({}), other]))).toEqual(['dense', 'topk']);
  });
});
