/* eslint-disable no-control-regex */
import { createHash } from 'node:crypto';
import { cpSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { beforeAll, describe, expect, test } from 'vitest';

import { runInProcess } from './in-process.js';
import { emptyFolder, fixture, moekit } from './moekit.js';

/** Losses above 709, whose exponential is no number. */
const HOT = ['training.learningRate=50', 'training.warmupSteps=0', 'router=dense'];

let cwd: string;

beforeAll(async () => {
  cwd = await emptyFolder();
  const text = join(cwd, 'tiny.txt');
  writeFileSync(text, 'To be, or not to be, that is the question. '.repeat(100));
  const run = await train('run', 'training.steps=10');
  expect([run.stderr, run.code]).toEqual(['', 0]);
});

const train = (out: string, ...set: readonly string[]) => {
  const given = [`data.source=${join(cwd, 'tiny.txt')}`, ...set].flatMap((s) => ['--set', s]);
  const args = ['--config', fixture('tiny-train.json'), ...given, '--out', out, '--quiet'];
  return runInProcess(['train', ...args], { cwd });
};
const checkpoint = (run: string, step: number) =>
  join(cwd, run, 'checkpoints', `step-${String(step).padStart(8, '0')}`);

interface Manifest {
  config: Record<string, Record<string, unknown>>;
  data: { name: string };
  versions: Record<string, string>;
  evaluation: unknown;
}

/** A copy of the run whose last manifest (or that of a step) says something else, under a hash that fits. */
function forged(change: (manifest: Manifest) => void, step = 10): string {
  const name = `forged-${Math.random().toString(36).slice(2)}`;
  cpSync(join(cwd, 'run'), join(cwd, name), { recursive: true });
  const path = join(checkpoint(name, step), 'manifest.json');
  const { sha256: _, ...manifest } = JSON.parse(readFileSync(path, 'utf8')) as Manifest & {
    sha256: string;
  };
  change(manifest);
  const sha256 = createHash('sha256').update(JSON.stringify(manifest)).digest('hex');
  writeFileSync(path, JSON.stringify({ ...manifest, sha256 }));
  return join(cwd, name);
}

/** All that a command says. */
async function said(args: readonly string[]) {
  const { code, stdout, stderr } = await runInProcess(args, { cwd });
  return { code, text: stdout + stderr };
}

describe('checkpoints on the command line', { timeout: 240_000 }, () => {
  test('a run whose perplexity is infinite is read, evaluated and resumed', async () => {
    const trained = await train('hot', ...HOT, 'training.steps=10');
    expect(trained.stdout).toMatch(/^diverged: /m);
    expect(trained.code).toBe(0);
    const inspected = await runInProcess(['inspect', 'hot', '--json'], { cwd });
    const { manifest } = JSON.parse(inspected.stdout) as { manifest: { evaluation: object } };
    expect(manifest.evaluation).toMatchObject({ metrics: { perplexity: 'Infinity' } });
    const { stdout } = await runInProcess(['inspect', 'hot'], { cwd });
    expect(stdout).toMatch(/perplexity=Infinity\ndiverged /);
    const evaluated = await runInProcess(['eval', 'hot', '--batches', '1', '--json'], { cwd });
    expect(evaluated.stdout).toContain('"perplexity": "Infinity"');
    expect((await runInProcess(['train', '--resume', '--out', 'hot'], { cwd })).code).toBe(0);
  });

  test.each([
    ['100,000 layers', 'model', { numLayers: 1e5 }],
    ['a width of 16,384', 'model', { modelWidth: 16_384 }],
    ['a width of 2^50', 'model', { modelWidth: 2 ** 50 }],
    ['a dense width of 10^9', 'model', { feedForwardWidth: 1e9 }],
    ['a context of 10^6', 'model', { contextLength: 1e6 }],
    ['10 million experts', 'experts', { numExperts: 1e7 }],
    ['experts of width 10^8', 'experts', { expertWidth: 1e8 }],
  ])('a manifest of %s is refused before anything is built', async (_, part, sizes) => {
    const run = forged(({ config }) => Object.assign(config[part]!, sizes));
    for (const args of [
      ['eval', run],
      ['train', '--resume', '--out', run],
    ]) {
      const { code, text } = await said(args);
      expect(text).toMatch(/^error (MODELS_CHECKPOINT_MISMATCH|MOE_OPTIONS): [^\n]+\n$/);
      expect(code).toBe(2);
    }
  });

  test('sizes of experts in a manifest are compared before a run is resumed, branched or started with them', async () => {
    const run = forged(({ config }) => Object.assign(config['experts']!, { numExperts: 1e9 }));
    for (const beginning of [
      ['--resume', run],
      ['--from', run, 'new'],
      ['--branch', run, 'new'],
    ]) {
      const { text } = await said(['train', ...beginning, '--backend', 'wasm']);
      expect(text).toMatch(/error MODELS_CHECKPOINT_MISMATCH: [^\n]*elements/);
    }
  });

  test('the best checkpoint names no code that is loaded unasked, whatever the last one names', async () => {
    const run = forged((manifest) => {
      manifest.config['router']!['router'] = './evil.ts';
      manifest.evaluation = { step: 9, metrics: { loss: 0.1, bitsPerByte: 0.1 }, layers: [] };
    }, 9);
    const { code, text } = await said(['eval', run, '--best']);
    expect(text).toMatch(/^error CLI_CHECKPOINT_CODE: .*evil\.ts/);
    expect(code).toBe(2);
  });

  test('terminal escapes in a manifest are shown, not obeyed', async () => {
    const escape = '\u001b]0;title\u0007\u001b[2J\u009b31m\r\nintact  sha256 of nothing';
    const run = forged((manifest) => {
      manifest.data.name = escape;
      manifest.versions[escape] = escape;
      Object.assign(manifest.config, { [escape]: escape, router: { [escape]: [escape] } });
    });
    const env = { NO_COLOR: '', FORCE_COLOR: '1' };
    const { stdout } = await moekit(['inspect', run, '--tensors'], { cwd, env });
    expect(stdout).toContain('\\u001b]0;title\\u0007\\u001b[2J\\u009b31m');
    const colours = stdout.replaceAll(/\u001b\[(1|2|22|39)m/g, '');
    expect(colours).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
    expect(stdout).not.toMatch(/^intact {2}sha256 of nothing/m);
    expect((await said(['eval', run])).text).toMatch(
      /^error MOE_OPTIONS: [^\n\u001b]+\n(?: {2}[^\n\u001b]+\n)*$/,
    );
  });

  test('the last whole checkpoint is used where later ones are broken, and that is said', async () => {
    cpSync(join(cwd, 'run'), join(cwd, 'broken'), { recursive: true });
    truncateSync(join(checkpoint('broken', 10), 'tensors.safetensors'), 1000);
    const skipped =
      /^warning: broken\/checkpoints\/step-00000010 is skipped: [^\n]*\nwarning: [^\n]*step-00000009 is used instead\n/;
    for (const command of ['inspect', 'eval']) {
      const { code, stdout, stderr } = await runInProcess([command, 'broken', '--json'], { cwd });
      expect(stderr).toMatch(skipped);
      expect([code, stdout]).toEqual([0, expect.stringContaining('step-00000009')]);
    }
    const resumed = await runInProcess(['train', '--resume', '--out', 'broken'], { cwd });
    expect(resumed.stderr).toMatch(skipped);
    expect(resumed.stderr).toContain('resumed after step 9');
    const again = await runInProcess(['inspect', 'broken'], { cwd });
    expect([again.stderr, again.stdout]).toEqual(['', expect.stringContaining('10 of 10')]);
    const bytes = (run: string) => readFileSync(join(checkpoint(run, 10), 'tensors.safetensors'));
    expect(bytes('broken').equals(bytes('run'))).toBe(true);
  });

  test('a run none of whose checkpoints is whole is refused', async () => {
    const run = join(cwd, 'none');
    cpSync(join(cwd, 'run'), run, { recursive: true });
    for (const step of readdirSync(join(run, 'checkpoints'))) {
      truncateSync(join(run, 'checkpoints', step, 'manifest.json'), 100);
    }
    for (const args of [
      ['inspect', run],
      ['train', '--resume', '--out', run],
    ]) {
      expect((await said(args)).text).toMatch(/^error MODELS_CHECKPOINT_CORRUPT/);
    }
  });
});
