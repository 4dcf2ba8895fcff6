import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { parseResults, stripTimes } from '@moekit/bench';
import { describe, expect, test } from 'vitest';

import { runInProcess } from './in-process.js';
import { emptyFolder, fixture, moekit, TINY } from './moekit.js';

const resultsIn = (folder: string) =>
  parseResults(readFileSync(join(folder, 'results.json'), 'utf8'));

describe('moekit bench', { timeout: 240_000 }, () => {
  test('writes results and report, prints the comparison, progress apart', async () => {
    const out = await emptyFolder();
    const { code, stdout, stderr } = await moekit([
      'bench',
      ...TINY,
      '--backend',
      'cpu',
      '--out',
      out,
    ]);
    expect(stderr).toMatch(/backend cpu, 2 trials[^]*\[2\/2\]/);
    expect(code).toBe(0);
    expect(stdout).toMatch(/dense +\d[^]*switch +\d[^]*bigram/);
    expect(stdout).toContain('Matched: experts of 8 dense layers (width 32)');
    expect(stdout).toContain('switch 8×32 (1/token)');
    expect(readFileSync(join(out, 'report.html'), 'utf8')).toContain('<svg');
    expect(resultsIn(out).rows.map(({ label }) => label)).toEqual(['dense', 'switch']);
  });

  test('the same command gives the same results apart from times, on wasm too', async () => {
    const args = ['bench', ...TINY, '--backend', 'wasm', '--seeds', '2', '--json'];
    const [first, second] = [await runInProcess(args), await runInProcess(args)];
    expect(first.code).toBe(0);
    const [a, b] = [first, second].map(({ stdout }) => parseResults(stdout));
    expect(a!.manifest.backend).toBe('wasm');
    expect(a!.rows[1]!.trials).toHaveLength(2);
    expect(JSON.stringify(stripTimes(a))).toBe(JSON.stringify(stripTimes(b)));
    expect(a!.machine.startedAt).not.toBe(b!.machine.startedAt);
  });

  test('a router that is not causal runs where the config allows it, from the example and its config', async () => {
    const config = fileURLToPath(
      new URL('../../../examples/router/not-causal.json', import.meta.url),
    );
    const small = ['--steps', '2', '--backend', 'wasm', '--json'];
    const { code, stdout } = await runInProcess(['bench', '--config', config, ...small]);
    expect(code).toBe(0);
    const row = parseResults(stdout).rows.find(({ label }) => label === 'expert-choice')!;
    expect(row.figures!.expertsPerToken).toBeCloseTo(2, 1); // c = 2, whatever the router has learnt
    expect(row.figures!.maxViolation).toBe(0); // every expert takes as many
  });

  test('a router file with statistics, sequences and a combinator, under micro-batches', async () => {
    const file = fileURLToPath(
      new URL('../../../examples/router/fair-sequences.ts', import.meta.url),
    );
    const training = {
      batchSize: 4,
      microBatches: 4,
      evaluationBatches: 1,
      finalEvaluationBatches: 2,
    };
    const config = join(await emptyFolder(), 'experiment.json');
    writeFileSync(config, JSON.stringify({ training }));
    const args = ['bench', '--config', config, '--routers', 'topk', '--router', `${file}?rest=0.5`];
    const small = ['--steps', '4', '--seeds', '1', '--backend', 'wasm', '--json'];
    const { code, stdout } = await runInProcess([...args, ...small]);
    expect(code).toBe(0);
    const { rows, manifest } = parseResults(stdout);
    expect(manifest.experiment.training.microBatches).toBe(4);
    const fair = rows.find(({ router }) => router.includes('fair-sequences'))!;
    expect(fair.figures!.expertsPerToken).toBe(2);
    expect(fair.trials[0]!.curve.at(-1)!.metrics['loss']).toBeLessThan(Math.log(256));
  });

  test('everything outside the MoE layers starts alike: rows agree before training tells them apart', async () => {
    const args = ['--routers', 'switch,topk', '--steps', '1', '--json'];
    const { stdout } = await runInProcess(['bench', ...TINY, ...args]);
    const losses = parseResults(stdout).rows.map(
      ({ trials }) => trials[0]!.trainingCurve[0]!.metrics['loss']!,
    );
    for (const loss of losses) expect(Math.abs(loss - losses[0]!)).toBeLessThan(0.1);
  });

  test('a router file at two settings is compared like any other', async () => {
    const file = fixture('first-expert.ts');
    const args = ['--router', file, '--router', `${file}?expert=3`, '--json', '--quiet'];
    const { code, stdout, stderr } = await runInProcess(['bench', ...TINY, ...args]);
    expect([code, stderr]).toEqual([0, '']);
    const { rows, manifest } = parseResults(stdout);
    const labels = ['dense', 'switch', 'first-expert', 'first-expert(expert=3)'];
    expect(rows.map(({ label }) => label)).toEqual(labels);
    expect(rows[3]!.figures).toMatchObject({ expertsPerToken: 1, maxViolation: 7 });
    expect(rows[3]!.trials[0]!.loadHistory.at(-1)![0]).toEqual([0, 0, 0, 1, 0, 0, 0, 0]);
    expect(Object.values(manifest.files)).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/)]);
  });

  test('broken routers fail in their own rows and leave the others', async () => {
    const wrong = `${fixture('../../../../packages/bench/test/plugins/wrong/behaviours.ts')}#nanWeights`;
    const broken = [`${fixture('first-expert.ts')}?broken=true`, wrong];
    const args = [...broken.flatMap((router) => ['--router', router]), '--json'];
    const { code, stdout, stderr } = await runInProcess(['bench', ...TINY, ...args]);
    expect(code).toBe(1);
    const { rows } = parseResults(stdout);
    expect(rows[2]!.errors).toMatchObject([{ seed: 1, code: 'MOE_ROUTE' }]);
    expect(rows[2]!.errors[0]!.message).toContain(
      'threw an error in route: this router throws inside route',
    );
    expect(rows[3]!.errors).toMatchObject([{ seed: 1, code: 'MOE_ROUTING' }]);
    expect(rows.map(({ figures }) => figures !== null)).toEqual([true, true, false, false]);
    expect(stderr).toContain('MOE_ROUTE: Router first-expert threw an error in route');
  });

  test('Ctrl-C keeps what finished', async () => {
    const out = await emptyFolder();
    const args = ['--seeds', '20', '--workers', '1', '--out', out];
    let stopped = false;
    const { code, stdout } = await moekit(['bench', ...TINY, ...args], {
      onOutput(text, stop) {
        if (!stopped && text.includes('[2/40]')) stop();
        stopped ||= text.includes('[2/40]');
      },
    });
    expect(code).toBe(130);
    expect(stdout).toContain('stopped early');
    const { partial, rows } = resultsIn(out);
    expect(partial).toBe(true);
    const finished = rows.flatMap(({ trials }) => trials).length;
    expect(finished).toBeGreaterThanOrEqual(2);
    expect(finished).toBeLessThan(40);
    expect(existsSync(join(out, 'report.html'))).toBe(true);
  });
});
