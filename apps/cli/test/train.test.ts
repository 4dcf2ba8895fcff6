import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { runInProcess } from './in-process.js';
import { emptyFolder, fixture, moekit } from './moekit.js';

const CONFIG = ['--config', fixture('tiny-train.json'), '--set', 'data.source=tiny.txt'];

/** A folder with the text that the tiny configuration trains on. */
async function workFolder(): Promise<string> {
  const cwd = await emptyFolder();
  writeFileSync(join(cwd, 'tiny.txt'), 'To be, or not to be, that is the question. '.repeat(100));
  return cwd;
}

/** Ctrl-C, once: a second one ends a process as if there were no listener. */
function once(when: (text: string) => boolean) {
  let sent = false;
  return (text: string, stop: () => void) => {
    if (sent || !when(text)) return;
    sent = true;
    stop();
  };
}

const steps = (folder: string) => readdirSync(join(folder, 'checkpoints')).sort();
const at = (step: number) => `step-${String(step).padStart(8, '0')}`;

describe('moekit train, eval and inspect', { timeout: 240_000 }, () => {
  test('one run, from training to looking at it', async () => {
    const cwd = await workFolder();
    const files = ['--log', '--tensorboard', 'board', '--keep', '2', '--json'];
    const trained = await moekit(['train', ...CONFIG, '--out', 'run', ...files], { cwd });
    expect(trained.stderr).toMatch(/^backend wasm[^]*step 20 {2}held-out loss \d/);
    expect(trained.code).toBe(0);
    const end = JSON.parse(trained.stdout) as { step: number; evaluation: { metrics: object } };
    expect(end).toMatchObject({ step: 20, stopped: false, evaluation: { step: 20 } });
    expect(steps(join(cwd, 'run')).slice(-2)).toEqual([at(18), at(20)]);
    const events = readFileSync(join(cwd, 'run', 'events.jsonl'), 'utf8')
      .trim()
      .split('\n');
    expect(events).toHaveLength(24);
    expect(readdirSync(join(cwd, 'board'))).toEqual([expect.stringContaining('tfevents')]);

    const set = ['--set', 'null-expert.kMax=1,2', '--batches', '2', '--json'];
    const evaluated = await runInProcess(['eval', 'run', ...set], { cwd });
    expect(evaluated.stderr).toBe('');
    const { rows, step } = JSON.parse(evaluated.stdout) as {
      step: number;
      rows: { set: object; layers: Record<string, number>[] }[];
    };
    expect([step, rows.map((row) => row.set)]).toEqual([20, [{ kMax: 1 }, { kMax: 2 }]]);
    const experts = rows.map(({ layers }) => layers[0]!['experts per token']!);
    expect(experts[0]).toBeLessThan(experts[1]!);

    expect(JSON.parse(evaluated.stdout)).toMatchObject({ data: { asTrained: true } });
    appendFileSync(join(cwd, 'tiny.txt'), 'Something else, said later.\n'.repeat(20));
    const other = await runInProcess(['eval', 'run', ...set], { cwd });
    expect(other.stderr).toMatch(
      /^warning: changed since the checkpoint was trained: data \(tiny\.txt\)/,
    );
    expect(other.code).toBe(0);
    expect(JSON.parse(other.stdout)).toMatchObject({ data: { asTrained: false } });

    const inspected = await runInProcess(['inspect', 'run', '--tensors'], { cwd });
    expect(inspected.stdout).toMatch(/step +20 of 20[^]*null-expert[^]*layers\.1\.moe\.router/);
  });

  test('a second run never writes over the first; resuming it needs the same settings', async () => {
    const cwd = await workFolder();
    const args = ['train', ...CONFIG, '--out', 'run', '--quiet'];
    expect((await runInProcess([...args, '--steps', '4'], { cwd })).code).toBe(0);
    const before = readFileSync(join(cwd, 'run', 'checkpoints', at(4), 'manifest.json'), 'utf8');
    const again = await runInProcess([...args, '--steps', '4'], { cwd });
    expect(again).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^error MODELS_CHECKPOINT_EXISTS/),
    });
    const other = ['--set', 'training.learningRate=0.5', '--resume'];
    const refused = await runInProcess([...args, '--steps', '4', ...other], { cwd });
    expect(refused.stderr).toMatch(
      /^error MODELS_CHECKPOINT_MISMATCH: .*training\.learningRate was 0\.007 and is 0\.5/,
    );
    const done = await runInProcess(['train', '--resume', '--out', 'run', '--quiet', '--json'], {
      cwd,
    });
    expect(done.stderr).toBe('');
    expect(JSON.parse(done.stdout)).toMatchObject({ step: 4, stopped: false });
    expect(readFileSync(join(cwd, 'run', 'checkpoints', at(4), 'manifest.json'), 'utf8')).toBe(
      before,
    );
  });

  test('Ctrl-C saves a checkpoint, from which the run continues without its configuration', async () => {
    const cwd = await workFolder();
    const args = ['train', ...CONFIG, '--steps', '9000', '--save-every', '9000', '--out', 'run'];
    const stopped = await moekit([...args, '--log', '--set', 'training.evaluateEvery=3'], {
      cwd,
      onOutput: once((text) => text.includes('step 3 ')),
    });
    expect(stopped.code).toBe(130);
    expect(stopped.stdout).toMatch(
      /stopped after step \d+ of 9000[^]*resume with: moekit train --resume --out run/,
    );
    const last = steps(join(cwd, 'run')).at(-1)!;
    expect(stopped.stdout).toContain(last);
    const resumed = await moekit(['train', '--resume', '--out', 'run', '--log'], {
      cwd,
      onOutput: once((text) => /resumed after[^]*held-out/.test(text)),
    });
    expect(resumed.stderr).toContain(`resumed after step ${Number(last.slice(5))}`);
    expect(resumed.code).toBe(130);
    const logged = readFileSync(join(cwd, 'run', 'events.jsonl'), 'utf8')
      .trim()
      .split('\n');
    const taken = logged.map((line) => JSON.parse(line) as { type: string; step: number });
    const numbers = taken.filter(({ type }) => type === 'step').map(({ step }) => step);
    expect(numbers).toEqual(numbers.map((_, i) => i + 1)); // every step once
  });

  test('a run that diverges leaves the moment and its checkpoints, and exits with 1', async () => {
    const cwd = await workFolder();
    const wild = ['--set', 'training.learningRate=1e30', '--set', 'training.clipNorm=0'];
    const args = ['train', ...CONFIG, ...wild, '--save-every', '1', '--out', 'run', '--quiet'];
    const { code, stderr } = await runInProcess([...args, '--set', 'training.warmupSteps=0'], {
      cwd,
    });
    expect(stderr).toMatch(/^error MODELS_DIVERGED: [^\n]*diverged\.json\.\n$/);
    expect(code).toBe(1);
    const moment = JSON.parse(readFileSync(join(cwd, 'run', 'diverged.json'), 'utf8')) as {
      step: number;
      weights: object[];
      layers: object[];
    };
    expect(moment.layers).toHaveLength(1);
    expect(moment.weights.length).toBeGreaterThan(10);
    expect(steps(join(cwd, 'run')).at(-1)).toBe(at(moment.step - 1));
    expect((await runInProcess(['inspect', 'run'], { cwd })).code).toBe(0);
  });

  test('the name of a router in a checkpoint never loads code', async () => {
    const cwd = await workFolder();
    const router = `${fixture('first-expert.ts')}?expert=1`;
    const args = [
      'train',
      ...CONFIG,
      '--router',
      router,
      '--steps',
      '2',
      '--out',
      'run',
      '--quiet',
    ];
    expect((await runInProcess(args, { cwd })).stderr).toBe('');
    for (const command of [
      ['eval', 'run'],
      ['train', '--resume', '--out', 'run'],
    ]) {
      const refused = await runInProcess(command, { cwd });
      expect(refused.stderr).toMatch(/^error CLI_CHECKPOINT_CODE: .*first-expert\.ts/);
      expect(refused.code).toBe(2);
    }
    const named = ['eval', 'run', '--router', fixture('first-expert.ts'), '--batches', '1'];
    expect((await runInProcess(named, { cwd })).code).toBe(0);
  });

  test('a task and a router of your own: an import that changed is noticed by train and by eval', async () => {
    const cwd = await workFolder();
    const write = (name: string, text: string) => writeFileSync(join(cwd, name), text);
    write('scale.ts', 'export const scale = 1;');
    write('router.ts', `import './scale.js';\n${readFileSync(fixture('first-expert.ts'), 'utf8')}`);
    write('part.json', '{"words": 1}');
    write(
      'task.ts',
      `import { languageModelling } from '@moekit/models/node';
       import part from './part.json' with { type: 'json' };
       export default { ...languageModelling, name: 'mine', words: part.words };`,
    );
    const own = ['--task', './task.ts', '--router', './router.ts'];
    const args = ['train', ...CONFIG, ...own, '--steps', '2', '--out', 'run', '--quiet'];
    expect(await moekit(args, { cwd })).toMatchObject({ code: 0, stderr: '' });
    expect(await moekit([...args, '--resume'], { cwd })).toMatchObject({ code: 0 });

    const evaluate = ['eval', 'run', '--batches', '1', '--json'];
    const untold = await moekit([...evaluate, '--router', './router.ts'], { cwd });
    expect(untold.stderr).toMatch(/^error CLI_CHECKPOINT_CODE: .*task.*--task \.\/task\.ts/);
    const same = await moekit([...evaluate, ...own], { cwd });
    expect([same.code, same.stderr]).toEqual([0, '']);
    expect(JSON.parse(same.stdout)).toMatchObject({ task: './task.ts', differs: [] });

    write('scale.ts', 'export const scale = 2;');
    write('part.json', '{"words": 2}');
    const resumed = await moekit([...args, '--resume'], { cwd });
    expect(resumed.stderr).toMatch(
      /^error MODELS_CHECKPOINT_MISMATCH: .*code\.router was.*code\.task was/,
    );
    expect(resumed.code).toBe(2);
    const other = await moekit([...evaluate, ...own], { cwd });
    expect(other.stderr).toMatch(/^warning: .*code of the router .*code of the task/);
    expect(other.code).toBe(0);
  });

  test.each([
    ['an unknown task', ['train', '--task', 'chess'], 'CLI_USAGE'],
    ['an unknown key', ['train', '--set', 'modle.numLayers=2'], 'BENCH_SET'],
    ['a setting without a value', ['train', '--set', 'seed'], 'BENCH_SET'],
    ['an unknown router', ['train', '--router', 'treshold'], 'CLI_ROUTER_UNKNOWN'],
    ['a batch beyond all bounds', ['train', '--set', 'training.batchSize=1e9'], 'MOE_OPTIONS'],
    ['a wrong rate', ['train', '--set', 'training.learningRate=-1'], 'MOE_OPTIONS'],
    ['a checkpoint that is not there', ['eval', 'no'], 'MODELS_CHECKPOINT_MISSING'],
    ['nothing to inspect', ['inspect', 'no'], 'CLI_USAGE'],
    ['a file that is no results', ['inspect', fixture('tiny-train.json')], 'BENCH_RESULTS'],
    ['a folder without anything', ['inspect', fixture('.')], 'MODELS_CHECKPOINT_MISSING'],
  ] as const)('%s is one coded line', async (_, args, code) => {
    const out = join(await emptyFolder(), 'run');
    const flags = args[0] === 'train' ? ['--out', out] : [];
    const ended = await runInProcess([...args, ...flags]);
    expect(ended.stderr).toMatch(new RegExp(`^error ${code}: [^\\n]+\\n$`));
    expect([ended.code, existsSync(out)]).toEqual([2, false]);
  });
});
