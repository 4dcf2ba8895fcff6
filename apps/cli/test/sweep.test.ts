import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { parseResults } from '@moekit/bench';
import { describe, expect, test } from 'vitest';

import { ownOutput } from '../src/own-output.js';
import { runInProcess } from './in-process.js';
import { emptyFolder, fixture, moekit } from './moekit.js';

interface Line {
  readonly event: 'started' | 'kept' | 'discarded' | 'done' | 'failed';
  readonly id: string;
  readonly key: string;
}

const logOf = (folder: string): Line[] =>
  readFileSync(join(folder, 'trials.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line.endsWith('}'))
    .map((line) => JSON.parse(line) as Line);

const idsOf = (lines: readonly Line[], event: Line['event']) =>
  lines.filter((line) => line.event === event).map(({ id }) => id);

const sweep = (out: string, args: readonly string[] = [], kill?: RegExp) =>
  moekit(['sweep', fixture('sweep.json'), '--workers', '1', '--out', out, ...args], {
    ...(kill && {
      signal: 'SIGKILL' as const,
      onOutput: (text: string, stop: () => void) => void (kill.test(text) && stop()),
    }),
  });

describe('moekit sweep', { timeout: 600_000 }, () => {
  test('killed twice and resumed: no finished trial is lost, none runs again', async () => {
    const out = await emptyFolder();
    await sweep(out, [], /\[2\/6\]/);
    const first = idsOf(logOf(out), 'done');
    expect(first.length).toBeGreaterThanOrEqual(2);
    expect(first.length).toBeLessThan(6);
    await sweep(out, ['--resume'], /\[1\//);
    const second = idsOf(logOf(out), 'done');
    expect(second.length).toBeGreaterThan(first.length);
    const { code } = await sweep(out, ['--resume']);
    expect(code).toBe(0);
    const done = idsOf(logOf(out), 'done');
    expect(done).toHaveLength(6); // each once
    expect(new Set(done).size).toBe(6);
    const { rows, partial } = parseResults(readFileSync(join(out, 'results.json'), 'utf8'));
    expect(partial).toBe(false);
    expect(rows.flatMap(({ trials }) => trials)).toHaveLength(6);
    expect(readdirSync(join(out, 'trials')).filter((name) => name.endsWith('.json'))).toHaveLength(
      6,
    );
  });

  test('a trial that fails is recorded with its reason and runs again on resume; the others continue', async () => {
    const out = await emptyFolder();
    const diverging = ['--set', 'training.learningRate=0.01,1e38', '--set', 'seeds=1', '--json'];
    const clip = ['--set', 'training.clipNorm=0', '--set', 'training.steps=6'];
    const { code, stdout } = await sweep(out, [...diverging, ...clip]);
    expect(code).toBe(1);
    const { rows } = parseResults(stdout);
    const [fine, failed] = ['0.01', '1e+38'].map((rate) =>
      rows.filter(({ label }) => label.includes(`=${rate}]`)),
    );
    expect(fine!.every(({ figures }) => figures !== null)).toBe(true);
    expect(failed).toHaveLength(2);
    for (const { errors, figures } of failed!) {
      expect(figures).toBeNull();
      expect(errors[0]!.code).toMatch(/^(MODELS|MOE|KERNELS)_/);
    }
    expect(idsOf(logOf(out), 'failed')).toHaveLength(2);
  });

  test('a trial whose code was changed, or whose file was, is trained again; the others are kept', async () => {
    const cwd = await emptyFolder();
    const router = readFileSync(fixture('first-expert.ts'), 'utf8');
    writeFileSync(join(cwd, 'router.ts'), `import './part.js';\n${router}`);
    writeFileSync(join(cwd, 'part.ts'), 'export {};');
    const tiny = JSON.parse(readFileSync(fixture('tiny.json'), 'utf8')) as object;
    const config = { ...tiny, routers: ['dense', './router.ts'], seeds: [1, 2] };
    writeFileSync(join(cwd, 'sweep.json'), JSON.stringify(config));
    const args = ['sweep', 'sweep.json', '--set', 'training.steps=2', '--out', 'out', '--quiet'];
    expect((await runInProcess(args, { cwd })).code).toBe(0);
    writeFileSync(join(cwd, 'part.ts'), 'export const other = 1;');
    const { key } = logOf(join(cwd, 'out')).find(({ id }) => id === 'dense#2')!;
    const stored = join(cwd, 'out', 'trials', `${key}.json`);
    writeFileSync(stored, readFileSync(stored, 'utf8').replace(/"loss":\d/, '"loss":0'));
    const { code, stderr } = await runInProcess([...args, '--resume'], { cwd });
    expect(code).toBe(0);
    expect(stderr).toBe('warning: the kept trial dense#2 was changed after it was written; it is trained again\n'); // prettier-ignore
    const lines = logOf(join(cwd, 'out')).slice(8);
    expect(idsOf(lines, 'kept')).toEqual(['dense#1']);
    expect(idsOf(lines, 'done').toSorted()).toEqual([
      'dense#2',
      'first-expert#1',
      'first-expert#2',
    ]);
  });

  test('an experiment of moekit, cut short: no answer, a report, and one report of two runs', async () => {
    const out = await emptyFolder();
    const short = ['--set', 'training.steps=6', '--set', 'training.finalEvaluationBatches=1'];
    const args = ['sweep', 'null/modality', ...short, '--set', 'seeds=1,2', '--backend', 'wasm'];
    const { code, stdout } = await runInProcess([...args, '--out', join(out, 'a')]);
    expect(code).toBe(0);
    expect(stdout).toContain('Some rows learned nothing that could be compared');
    const results = parseResults(readFileSync(join(out, 'a', 'results.json'), 'utf8'));
    expect(results.answer?.sentence).toMatch(/^No answer: /); // after six steps
    expect(results.manifest.experiment.about?.claim).toContain('2601.15370');
    const merged = await runInProcess([
      'report',
      join(out, 'a'),
      join(out, 'a'),
      '--out',
      join(out, 'b'),
    ]);
    expect(merged.code).toBe(0);
    expect(readFileSync(join(out, 'b', 'report.html'), 'utf8')).toContain('<svg');
    const table = await runInProcess([
      'report',
      join(out, 'a'),
      '--table',
      'csv',
      '--out',
      join(out, 'c'),
    ]);
    expect(table.stdout).toMatch(/^question,planned,verdict,unit,/);
    expect(table.stdout).toContain('text − vision at ρ=1/2,yes,');
    const beside = await ownOutput(join(out, 'b'), () =>
      moekit(['report', join(out, 'a'), '--out', join(out, 'b')]),
    );
    expect([beside.code, beside.stderr]).toEqual([2, expect.stringMatching(/^error CLI_BUSY: /)]);
  });

  test.each([
    ['an unknown experiment', ['sweep', 'xmoe/none'], 'BENCH_EXPERIMENT_UNKNOWN'],
    ['an unknown preset', ['sweep', 'xmoe/scaling', '--preset', 'huge'], 'CLI_USAGE'],
    ['a setting that leads nowhere', ['sweep', 'xmoe/scaling', '--set', 'a.b=1'], 'BENCH_SET'],
    [
      'a value out of range',
      ['sweep', 'xmoe/scaling', '--set', 'training.steps=0'],
      'BENCH_CONFIG',
    ],
    ['a run that is not there', ['report', 'nowhere'], 'CLI_USAGE'],
  ])('%s gives one coded line', async (_, args, code) => {
    const ended = await runInProcess(args);
    expect(ended.stderr).toMatch(new RegExp(`^error ${code}: [^\\n]+\\n$`));
    expect(ended.code).toBe(2);
  });
});
