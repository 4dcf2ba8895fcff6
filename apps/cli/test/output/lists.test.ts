import { describe, expect, test } from 'vitest';

import { namedExperiments } from '@moekit/bench';

import { runInProcess } from '../in-process.js';
import { expectToFit, WIDTHS } from './widths.js';

const experiments = namedExperiments().map(({ name }) => name);
const lists = [
  ['routers'],
  ...['dense', 'topk', 'threshold', 'moe-plus-plus'].map((name) => ['routers', name]),
  ['tasks'],
  ...['lm', 'translation', 'vision-language'].map((name) => ['tasks', name]),
  ['experiments'],
  ...experiments.map((name) => ['experiments', name]),
];

describe.each(lists)('moekit %s %s', (...words) => {
  test('fits 40, 80 and 120 columns; a pipe and --wide get everything', async () => {
    const args = words.filter((word) => word !== undefined);
    for (const columns of WIDTHS) {
      const { stdout } = await runInProcess(args, { env: { COLUMNS: String(columns) } });
      expectToFit(stdout, columns);
    }
    const { stdout: wide } = await runInProcess([...args, '--wide'], { env: { COLUMNS: '40' } });
    expect((await runInProcess(args)).stdout).toBe(wide);
    expect(wide).not.toContain('Not shown');
  });
});

test('tasks NAME: what is learned, the data, the metrics, each option, how to run it', async () => {
  const { stdout } = await runInProcess(['tasks', 'lm']);
  expect(stdout).toMatch(/^lm\nlearns +Language[^]*data +Tiny Shakespeare[^]*bits\/byte \(lower/);
  expect(stdout).toMatch(/model\.numLayers +2 +a whole number of at least 1/);
  expect(stdout).toContain('moekit bench --task lm');
  const { stdout: json } = await runInProcess(['tasks', 'lm', '--json']);
  const { options, metrics } = JSON.parse(json) as { options: object[]; metrics: object[] };
  expect(options).toContainEqual(
    expect.objectContaining({ name: 'data.source', accepts: 'a text' }),
  );
  expect(metrics[0]).toEqual({ name: 'bitsPerByte', unit: 'bits/byte', better: 'lower' });
});

test('experiments NAME: the question, what the paper says, the rows of each preset, the command', async () => {
  const { stdout } = await runInProcess(['experiments', 'null/modality']);
  expect(stdout).toMatch(/question +Does a router[^]*paper says +Null experts \(2601\.15370\)/);
  expect(stdout).toMatch(/3 rows, 3 seeds, 300 steps, .*: moekit sweep null\/modality\n/);
  expect(stdout).toMatch(/--preset large\n[^]*ρ=1\/4 +null-expert +kMax=8&density=0\.25/);
  const { stdout: json } = await runInProcess(['experiments', '--json']);
  expect((JSON.parse(json) as { name: string }[]).map(({ name }) => name)).toEqual(experiments);
});

test.each([
  [['experiments', 'null/modalty'], /BENCH_EXPERIMENT_UNKNOWN: .*mean null\/modality\?/],
  [['tasks', 'translate'], /CLI_USAGE: .*mean translation\?/],
])('%j is refused with the nearest name', async (args, says) => {
  const { code, stderr } = await runInProcess(args);
  expect(code).toBe(2);
  expect(stderr).toMatch(says);
});
