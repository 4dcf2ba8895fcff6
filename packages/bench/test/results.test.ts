import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { stringifyFigures } from '@moekit/models';
import { describe, expect, test } from 'vitest';

import {
  listJobs,
  mergeResults,
  parseResults,
  readResults,
  renderReport,
  renderResults,
  stripTimes,
} from '../src/index.js';
import { parseStored, renderStored } from '../src/trial/stored-trial.js';
import { sampleResults } from './sample-results.js';

const input = { routers: [{ router: 'dense' }, { router: 'topk' }], seeds: [1, 2] };
const results = () =>
  sampleResults(input, (label, seed) => (label === 'dense' ? 3 : 2.9) + seed / 100);

describe('collectResults', () => {
  test('rows in the order of the experiment and trials in that of the seeds, however they ended', () => {
    const { rows, partial } = results();
    expect(rows.map(({ label, baseline }) => [label, baseline])).toEqual([
      ['dense', true],
      ['topk', false],
    ]);
    expect(rows[1]!.trials.map(({ seed }) => seed)).toEqual([1, 2]);
    expect(partial).toBe(false);
  });

  test('differences are paired by seed and taken to the dense row', () => {
    const [dense, topk] = results().rows;
    expect(dense!.figures!.metrics['bitsPerByte']!.difference).toBeNull();
    const { difference } = topk!.figures!.metrics['bitsPerByte']!;
    expect(difference!.mean).toBeCloseTo(-0.1, 12);
    expect(difference!.distinguishable).toBe(true);
    expect(topk!.figures!.beatsReference).toBe(true);
  });

  test('a failed trial is an error in its row and leaves the others alone', () => {
    const { rows } = sampleResults(input, (label, seed) =>
      label === 'topk' && seed === 2 ? undefined : 4,
    );
    expect(rows[1]!.errors).toEqual([
      { seed: 2, code: 'MOE_ROUTING', message: 'a <b>bold</b> mistake' },
    ]);
    expect(rows[1]!.figures!.metrics['bitsPerByte']!.value.n).toBe(1);
    expect(rows[1]!.figures!.beatsReference).toBe(false);
    expect(rows[0]!.trials).toHaveLength(2);
  });

  test('the baseline is the row with that label, not one whose label begins with it', () => {
    const routers = [
      { router: 'dense', label: 'base [old]' },
      { router: 'topk', label: 'base' },
    ];
    const { rows } = sampleResults({ routers, seeds: [1], baseline: 'base' }, () => 3);
    expect(rows.map(({ baseline }) => baseline)).toEqual([false, true]);
  });

  test('rows may be called like members of every object', () => {
    const routers = [
      { router: 'dense', label: 'constructor' },
      { router: 'topk', evaluateAs: [{ label: 'toString', options: {} }] },
    ];
    const run = sampleResults({ routers, seeds: [1] }, () => 3);
    expect(run.rows.map(({ label, trials }) => [label, trials.length])).toEqual([
      ['constructor', 1],
      ['topk', 1],
      ['toString', 0],
    ]);
    const jobs = listJobs(run.manifest);
    expect(structuredClone(jobs)[0]!.identity.data).toBe('d');
  });

  test('a row without a finished trial has no figures', () => {
    const { rows } = sampleResults(input, (label) => (label === 'topk' ? undefined : 3));
    expect(rows[1]!.figures).toBeNull();
  });
});

describe('results.json', () => {
  test('comes back from its text', () => {
    const before = results();
    expect(parseResults(JSON.stringify(before))).toEqual(before);
  });

  test('text that is not results is a coded error', () => {
    for (const text of ['{', '{}', '{"schema":"moekit/results@1"}']) {
      expect(() => parseResults(text)).toThrowError(
        expect.objectContaining({ code: 'BENCH_RESULTS' }),
      );
    }
  });
});

describe('figures that are not finite, or absurd', () => {
  const wild = () => sampleResults(input, (label) => (label === 'topk' ? Infinity : 3));

  test('a metric is not called like a member of every object', () => {
    for (const name of ['constructor', '__proto__', 'toString']) {
      const { manifest, ...rest } = results();
      const metrics = [...manifest.metrics, { name, unit: 'x', better: 'lower' as const }];
      const text = renderResults({ ...rest, manifest: { ...manifest, metrics } });
      expect(() => parseResults(text)).toThrow('manifest.metrics.2.name: must not be a name');
    }
  });

  test('a mean over seeds of the largest numbers is finite on the page too', async () => {
    const page = await renderReport(sampleResults(input, () => 1.7e308));
    expect(page).toContain('topk,2,1.7e%2B308');
    expect(page).not.toMatch(/Infinity|NaN/);
  });

  test('an infinite figure of quality comes back from results.json and from a stored trial', () => {
    const before = wild();
    const { mean, sd } = before.rows[1]!.figures!.metrics['bitsPerByte']!.value;
    expect([mean, sd]).toEqual([Infinity, NaN]);
    expect(before.rows[1]!.figures!.beatsReference).toBe(false);
    expect(parseResults(stringifyFigures(before))).toEqual(before);
    const [trial] = before.rows[1]!.trials;
    const stored = { key: 'k', id: 'topk#1', trial: trial!, error: null };
    expect(parseStored(new TextEncoder().encode(renderStored(stored)), 'k')).toEqual(stored);
  });

  const absurd: readonly (readonly [string, unknown])[] = [
    ['rows.1.trials.0.layers.0.droppedShare', 1.5],
    ['rows.1.trials.0.layers.0.droppedShare', -0.1],
    ['rows.1.trials.0.parameters', -3],
    ['rows.1.trials.0.flops.evaluation.total', -1],
    ['rows.1.trials.0.flops.evaluation.total', 'NaN'],
    ['rows.1.trials.0.limited.loss', null],
    ['rows.1.trials.0.limited.loss', 'much'],
    ['rows.1.trials.0.loadHistory.0.0.0', 2],
    ['rows.1.figures.nullShare', 7],
    ['rows.1.figures.metrics.loss.value.n', 0],
    ['rows.1.figures.metrics.loss.value.sd', -1],
    ['rows.1.figures.machine.tokensPerSecond', -1],
  ];

  test.each(absurd)('%s = %j is refused by its place', (path, value) => {
    const run = results();
    const keys = path.split('.');
    const last = keys.pop()!;
    let holder = run as unknown as Record<string, unknown>;
    for (const key of keys) holder = holder[key] as Record<string, unknown>;
    holder[last] = value;
    expect(() => parseResults(JSON.stringify(run))).toThrowError(
      expect.objectContaining({
        code: 'BENCH_RESULTS',
        message: expect.stringContaining(path) as string,
      }),
    );
  });
});

describe('stripTimes', () => {
  test('removes every machine key and nothing else', () => {
    const value = { a: 1, machine: { seconds: 2 }, list: [{ machine: 3, b: null }], c: 'machine' };
    expect(stripTimes(value)).toEqual({ a: 1, list: [{ b: null }], c: 'machine' });
  });

  test('runs that differ in times, rates and memory alone become equal', () => {
    const slow = results();
    const other = structuredClone(slow);
    other.machine.seconds = 99;
    other.rows[1]!.trials[0]!.machine.peakMemoryBytes = 1;
    other.rows[1]!.figures!.machine.tokensPerSecond = 1;
    expect(other).not.toEqual(slow);
    expect(stripTimes(other)).toEqual(stripTimes(slow));
    other.rows[1]!.trials[0]!.limited['loss'] = 9;
    expect(stripTimes(other)).not.toEqual(stripTimes(slow));
  });

  test('a file that is not as it was written says so; one without its hash cannot', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'results-'));
    const path = join(folder, 'results.json');
    const changedFiles = async (text: string) => {
      writeFileSync(path, text);
      return (await readResults(path)).manifest.changedFiles;
    };
    const text = renderResults(results());
    expect(parseResults(text)).toEqual(results());
    expect(await changedFiles(text)).toEqual([]);
    expect(await changedFiles(text.replace(/,\s*"sha256": "\w+"/, ''))).toEqual([]);
    for (const changed of [
      text.replace('"seconds": 1.5', '"seconds": 2.5'),
      text.replace(/"mean": (\d)/, '"mean": 1$1'),
      text.replace(/"sha256": "./, '"sha256": "x'),
    ]) {
      expect(changed).not.toBe(text);
      expect(await changedFiles(changed)).toEqual([path]);
      const merged = mergeResults([await readResults(path)]);
      expect(await renderReport(merged)).toContain('changed after it was written');
    }
    expect(() => parseResults(text.replace('"sha256"', '"sha255"'))).toThrowError(
      expect.objectContaining({ code: 'BENCH_RESULTS' }),
    );
    rmSync(folder, { recursive: true });
  });

  test.each([['no/such/results.json'], ['/dev/zero'], [tmpdir()]])(
    '%s is refused before it is read',
    async (path) => {
      await expect(readResults(path)).rejects.toMatchObject({ code: 'BENCH_RESULTS' });
    },
  );
});
