import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { generateText, loadRun } from '@moekit/models';
import { bpeTokenizer, byteTokenizer, trainBpe } from '@moekit/data';
import { thresholdRouter } from '@moekit/router-threshold';
import { beforeAll, describe, expect, test } from 'vitest';

import { runInProcess } from './in-process.js';
import { emptyFolder, fixture } from './moekit.js';

let cwd: string;

beforeAll(async () => {
  cwd = await emptyFolder();
  const text = join(cwd, 'tiny.txt');
  writeFileSync(text, 'To be, or not to be, that is the question. '.repeat(100));
  const given = [`data.source=${text}`, 'training.steps=10', 'router=threshold'];
  const set = given.flatMap((value) => ['--set', value]);
  const run = await command(
    'train',
    '--config',
    fixture('tiny-train.json'),
    ...set,
    '--out',
    'run',
    '--quiet',
  );
  expect([run.stderr, run.code]).toEqual(['', 0]);
});

const command = (...args: string[]) => runInProcess(args, { cwd });
const checkpoint = () => join(cwd, 'run/checkpoints/step-00000010');

async function json(...flags: string[]): Promise<string> {
  const args = ['--prompt', 'To be', '--max-tokens', '30', '--json', '--quiet'];
  const { stdout, stderr, code } = await command('generate', 'run', ...args, ...flags);
  expect([stderr, code]).toEqual(['', 0]);
  return (JSON.parse(stdout) as { text: string }).text;
}

describe('moekit generate', { timeout: 120_000 }, () => {
  test('continues the prompt, the same with and without a cache', async () => {
    for (const draw of [
      ['--temperature', '0'],
      ['--seed', '4'],
      ['--top-k', '3', '--top-p', '0.9'],
    ]) {
      const text = await json(...draw);
      expect(text.length).toBeGreaterThan(0);
      expect(await json(...draw, '--no-cache')).toBe(text);
    }
    expect(await json('--seed', '4')).not.toBe(await json('--seed', '5'));
  });

  test('prints the prompt and its continuation, and the speed on stderr', async () => {
    const args = ['--prompt', 'To be', '--max-tokens', '30', '--temperature', '0'];
    const { stdout, stderr } = await command('generate', 'run', ...args);
    expect(stdout).toBe(`To be${await json('--temperature', '0')}\n`);
    expect(stderr).toMatch(/^30 tokens, \d+ tokens\/s\n$/);
  });

  test('a program loads the same run by its folder, and its checkpoint by path and address', async () => {
    const expected = await json('--temperature', '0');
    const folder = join(cwd, 'run');
    const both = [checkpoint(), pathToFileURL(checkpoint())];
    for (const from of [folder, pathToFileURL(folder), join(folder, 'checkpoints'), ...both]) {
      const run = await loadRun(from, { routers: [thresholdRouter] });
      expect([run.step, run.router?.name]).toEqual([10, 'threshold']);
      let text = '';
      const options = { maxTokens: 30, temperature: 0 };
      for await (const piece of generateText(run, 'To be', options)) text += piece;
      expect(text).toBe(expected);
      run.dispose();
    }
  });

  test.each([
    [['nowhere', '--prompt', 'a'], 'MODELS_CHECKPOINT_MISSING'],
    [['run'], 'CLI_USAGE'],
    [['run', '--prompt', ''], 'MODELS_TOKENS'],
    [['run', '--prompt', 'a', '--top-p', '2'], 'CLI_USAGE'],
    [['run', '--prompt', 'a', '--temperature', '-1'], 'CLI_USAGE'],
    [['run', '--prompt', 'a', '--top-p', '0'], 'MOE_OPTIONS'],
  ])('%j is %s', async (args, code) => {
    const run = await command('generate', ...args);
    expect(run.stderr).toContain(`error ${code}`);
    expect(run.code).toBe(2);
  });
});

/** A copy of the checkpoint with its hashes renewed, as a stranger could make it. */
function forged(change: (config: Forged) => string | undefined): string {
  const folder = mkdtempSync(join(cwd, 'forged-'));
  cpSync(checkpoint(), folder, { recursive: true });
  const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as {
    config: Forged;
    tokenizer: { file: string; bytes: number; sha256: string };
    sha256?: string;
  };
  const tokenizer = change(manifest.config);
  if (tokenizer !== undefined) {
    writeFileSync(join(folder, 'tokenizer.json'), tokenizer);
    manifest.tokenizer.bytes = tokenizer.length;
    manifest.tokenizer.sha256 = sha256(tokenizer);
  }
  delete manifest.sha256;
  const whole = { ...manifest, sha256: sha256(JSON.stringify(manifest)) };
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(whole));
  return folder;
}

interface Forged {
  model: Record<string, unknown>;
  experts: Record<string, unknown>;
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

describe('loadRun of what a stranger made', { timeout: 60_000 }, () => {
  const routers = [thresholdRouter];

  test('loads a copy whose hashes are renewed', async () => {
    const run = await loadRun(
      forged(() => undefined),
      { routers },
    );
    run.dispose();
  });

  test.each([
    ['model', 'numLayers', 1e9],
    ['model', 'modelWidth', 2 ** 30],
    ['experts', 'numExperts', 1e9],
    ['experts', 'expertWidth', 1e12],
    ['experts', 'sharedWidth', 1e12],
  ] as const)('takes no memory for %s.%s = %d', async (part, name, value) => {
    const folder = forged((config) => void (config[part][name] = value));
    const code = 'MODELS_CHECKPOINT_MISMATCH';
    await expect(loadRun(folder, { routers })).rejects.toMatchObject({ code });
  });

  test.each(['', '{"version": "1.0"', '{"version": "1.0", "version": "1.0"}'])(
    'refuses the tokenizer.json %j',
    async (text) => {
      const code = 'MODELS_CHECKPOINT_CORRUPT';
      const folder = forged(() => text);
      await expect(loadRun(folder, { routers })).rejects.toMatchObject({ code });
    },
  );

  test.each([{ routers: 5 }, { routers: [null] }, { router: routers }])(
    'refuses the options %j',
    async (options) => {
      const loaded = loadRun(checkpoint(), options as never);
      await expect(loaded).rejects.toMatchObject({ code: 'MOE_OPTIONS' });
    },
  );
});

describe('moekit route', { timeout: 120_000 }, () => {
  interface Routed {
    tokens: { text: string; layers: { experts: number[]; weights: number[] }[] }[];
    numExperts: number[];
  }
  const TEXT = 'To be, or <not> & so on\nnext';

  test('says which experts compute each token, as the layer does', async () => {
    const { stdout, stderr, code } = await command('route', 'run', TEXT, '--json');
    expect([stderr, code]).toEqual(['', 0]);
    const { tokens, numExperts } = JSON.parse(stdout) as Routed;
    expect(tokens.map(({ text }) => text).join('')).toBe(TEXT);
    const run = await loadRun(checkpoint(), { routers: [thresholdRouter] });
    const [layer] = run.model.moeLayers;
    expect(numExperts).toEqual([layer!.experts.numExperts]);
    for (const { layers } of tokens) {
      const [{ experts, weights }] = layers as [Routed['tokens'][0]['layers'][0]];
      // a threshold of 0.9: the weights are probabilities, the highest first, and one less would not reach it
      expect(weights).toEqual([...weights].sort((a, b) => b - a));
      const sum = weights.reduce((all, weight) => all + weight, 0);
      expect(sum).toBeGreaterThanOrEqual(0.9 - 1e-6);
      expect(sum - weights.at(-1)!).toBeLessThan(0.9);
      expect(new Set(experts).size).toBe(experts.length);
    }
    run.dispose();
  });

  test('reads a text longer than the context in windows', async () => {
    const long = TEXT.repeat(3);
    const { stdout } = await command('route', 'run', long, '--json');
    const { tokens } = JSON.parse(stdout) as Routed;
    expect(tokens.map(({ text }) => text).join('')).toBe(long);
    const alone = await command('route', 'run', long.slice(0, 8), '--json'); // contextLength
    expect(tokens.slice(0, 8)).toEqual((JSON.parse(alone.stdout) as Routed).tokens);
  });

  test.each(['expert', 'count'])('shows them in the terminal, by %s', async (by) => {
    const { stdout } = await command('route', 'run', 'ab', '--by', by);
    expect(stdout).toMatch(/^MoE layer 1\na\[\d+\]b\[\d+\]\n/);
    expect(stdout).toContain(by === 'expert' ? 'expert ' : ' experts ');
  });

  test('writes a page, in which a text is text', async () => {
    const { stderr, stdout } = await command('route', 'run', TEXT, '--out', 'route.html');
    expect([stdout, stderr]).toEqual(['', 'page route.html\n']);
    const page = readFileSync(join(cwd, 'route.html'), 'utf8');
    expect(page).toContain('&lt;</span>');
    expect(page).not.toContain('<not>');
    expect([...page.matchAll(/<p class="tokens">(.*?)<\/p>/gs)]).toHaveLength(2);
  });

  test.each([
    [['run', ''], 'MODELS_TOKENS'],
    [['run'], 'CLI_USAGE'],
    [['run', 'a', '--by', 'size'], 'CLI_USAGE'],
  ])('%j is %s', async (args, code) => {
    const { stderr, code: exit } = await command('route', ...args);
    expect(stderr).toContain(`error ${code}`);
    expect(exit).toBe(2);
  });
});

describe('loadRun', { timeout: 120_000 }, () => {
  test('needs the router that the run names', async () => {
    await expect(loadRun(checkpoint())).rejects.toMatchObject({
      code: 'MODELS_RUN',
      message: expect.stringContaining('threshold') as string,
    });
  });

  test.each(['tokenizer.json', 'tensors.safetensors', 'manifest.json'])(
    'refuses a changed %s',
    async (name) => {
      const file = join(checkpoint(), name);
      const before = readFileSync(file);
      const changed = Buffer.from(before);
      changed[changed.length - 3]! ^= 1;
      writeFileSync(file, changed);
      const refused = loadRun(checkpoint(), { routers: [thresholdRouter] });
      await expect(refused).rejects.toMatchObject({ code: 'MODELS_CHECKPOINT_CORRUPT' });
      rmSync(file);
      const missing = loadRun(checkpoint(), { routers: [thresholdRouter] });
      await expect(missing).rejects.toMatchObject({ code: 'MODELS_CHECKPOINT_MISSING' });
      writeFileSync(file, before);
    },
  );
});

describe('the file of a tokenizer', () => {
  const text = new TextEncoder().encode('Bytes ÄÖ \u{1F600}\u0000ÿ, twice: bytes. '.repeat(5));
  const learned = bpeTokenizer(
    trainBpe([new TextDecoder().decode(text)], { vocabSize: 300 }),
    'bpe',
  );

  test.each([
    ['bytes', byteTokenizer()],
    ['bpe', learned],
  ])('makes %s again', async (name, tokenizer) => {
    const { huggingFaceTokenizer } = await import('@moekit/data');
    const again = huggingFaceTokenizer(JSON.parse(tokenizer.file!), name);
    expect(again.vocabSize).toBe(tokenizer.vocabSize);
    expect([...again.encode(text)]).toEqual([...tokenizer.encode(text)]);
    expect([...again.decode(again.encode(text))]).toEqual([...text]);
  });
});
