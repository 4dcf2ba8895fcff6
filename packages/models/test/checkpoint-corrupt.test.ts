import '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { createHash } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { isMoekitError } from '@moekit/core';
import { setBackend } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { CheckpointManifest } from '../src/run/checkpoint/manifest.js';
import { hashManifest } from '../src/run/checkpoint/manifest.js';
import { openCheckpoint } from '../src/run/checkpoint/read-checkpoint.js';
import { restoreCheckpoint } from '../src/run/checkpoint/restore-checkpoint.js';
import { openSafetensors } from '../src/run/checkpoint/safetensors-read.js';
import { saveCheckpoint } from '../src/run/checkpoint/save-checkpoint.js';
import { AdamW } from '../src/training/adamw.js';
import { createLanguageModel } from '../src/transformer/language-model.js';
import { tinyConfig } from './tiny.js';
import { top1Factory } from './top1-router.js';

const FILES = ['manifest.json', 'tensors.safetensors'] as const;
const folder = mkdtempSync(join(tmpdir(), 'moekit-corrupt-'));
const good = join(folder, 'good');
const bad = join(folder, 'bad');
const run = {
  config: { router: 'top1' },
  training: { seed: 1 },
  data: { name: 'none', hash: 'abc' },
  backend: 'wasm',
  versions: { node: '20.0.0' },
};
let model: ReturnType<typeof createLanguageModel>;
let optimiser: AdamW;
let bytes: Record<(typeof FILES)[number], Buffer>;

beforeAll(async () => {
  await setBackend('wasm');
  model = createLanguageModel(tinyConfig, top1Factory());
  optimiser = new AdamW(model.namedVariables(), { weightDecay: 0 });
  optimiser.resumeAt(12);
  await saveCheckpoint(good, { model, optimiser, run });
  await saveCheckpoint(bad, { model, optimiser, run });
  bytes = Object.fromEntries(FILES.map((file) => [file, readFileSync(join(good, file))])) as never;
});

afterAll(() => {
  [model, optimiser].forEach((part) => part.dispose());
  rmSync(folder, { recursive: true, force: true });
});

/** Puts a checkpoint on the disk that is good but for these files, reads it, and puts the good one back. */
async function outcome(files: Partial<Record<(typeof FILES)[number], Uint8Array | string>>) {
  for (const [file, content] of Object.entries(files)) writeFileSync(join(bad, file), content);
  try {
    const { manifest, tensors } = await openCheckpoint(bad);
    await tensors.close();
    return manifest;
  } catch (error) {
    if (isMoekitError(error)) return error.code;
    throw error;
  } finally {
    for (const file of FILES) writeFileSync(join(bad, file), bytes[file]);
  }
}

const manifestNow = () => JSON.parse(String(bytes['manifest.json'])) as CheckpointManifest;

/** A checkpoint whose hashes fit its content: what is wrong with it must be found otherwise. */
function consistent(tensors: Uint8Array, change: Record<string, unknown> = {}) {
  const sha256 = createHash('sha256').update(tensors).digest('hex');
  const before = manifestNow();
  const manifest = { ...before, tensors: { ...before.tensors, sha256, bytes: tensors.length } };
  const changed = { ...manifest, ...change };
  const text = JSON.stringify({ ...changed, sha256: hashManifest(changed as CheckpointManifest) });
  return { 'manifest.json': text, 'tensors.safetensors': tensors };
}

/** A safetensors file from the text of its header. */
function tensorsOf(header: string, dataBytes = 8, length: bigint | null = null): Uint8Array {
  const text = new TextEncoder().encode(header);
  const file = new Uint8Array(8 + text.length + dataBytes);
  new DataView(file.buffer).setBigUint64(0, length ?? BigInt(text.length), true);
  file.set(text, 8);
  return file;
}

const entry = (begin: number, end: number, shape = [(end - begin) / 4], dtype = 'F32') =>
  JSON.stringify({ dtype, shape, data_offsets: [begin, end] });

describe('any byte changed, in any region', () => {
  test.each(FILES)('of %s: an error with a code, or the same checkpoint', async (file) => {
    const original = await outcome({});
    const size = bytes[file].length;
    const anywhere = fc.oneof(
      fc.nat({ max: size - 1 }),
      fc.nat({ max: Math.min(size - 1, 2000) }), // the length, the header
    );
    await fc.assert(
      fc.asyncProperty(anywhere, fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const changed = Buffer.from(bytes[file]);
        changed[at]! ^= flip;
        const result = await outcome({ [file]: changed });
        if (typeof result !== 'string') expect(result).toEqual(original);
        else expect(result).toMatch(/^MODELS_CHECKPOINT_(CORRUPT|VERSION)$/);
      }),
      { numRuns: 200 },
    );
  });

  test.each(FILES)('%s cut off anywhere', async (file) => {
    const size = bytes[file].length;
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: size - 1 }), async (length) => {
        const result = await outcome({ [file]: bytes[file].subarray(0, length) });
        const onlyTheLastLineBreak = file === 'manifest.json' && length === size - 1;
        if (!onlyTheLastLineBreak) expect(result).toBe('MODELS_CHECKPOINT_CORRUPT');
      }),
      { numRuns: 100 },
    );
  });

  test('tensors with anything after them, or instead of them', async () => {
    const longer = Buffer.concat([bytes['tensors.safetensors'], Buffer.alloc(1)]);
    for (const file of [longer, Buffer.alloc(0), Buffer.from('PK\u0003\u0004'), Buffer.alloc(64)]) {
      expect(await outcome({ 'tensors.safetensors': file })).toBe('MODELS_CHECKPOINT_CORRUPT');
      expect(await outcome(consistent(file))).toBe('MODELS_CHECKPOINT_CORRUPT');
    }
  });
});

describe('a header that lies, under hashes that fit', () => {
  const a = `"a":${entry(0, 8)}`;
  test.each([
    ['claims 2^60 bytes', `{${a}}`, 8, 2n ** 60n],
    ['claims 2^64 - 1 bytes', `{${a}}`, 8, 2n ** 64n - 1n],
    ['claims to be empty', `{${a}}`, 8, 0n],
    ['is not JSON', `{${a}`, 8, null],
    ['is an array', `[${entry(0, 8)}]`, 8, null],
    ['is a number', '12', 0, null],
    ['has a name twice', `{${a},${a}}`, 8, null],
    ['has a name twice, once escaped', `{${a},"\\u0061":${entry(0, 8)}}`, 8, null],
    [
      'has a key of a tensor twice',
      `{"a":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}}`,
      8,
      null,
    ],
    ['has a type that nobody wrote', `{"a":${entry(0, 8, [2], 'F8')}}`, 8, null],
    ['has a shape that does not fit', `{"a":${entry(0, 8, [3])}}`, 8, null],
    ['has a negative size', `{"a":${entry(0, 8, [-2])}}`, 8, null],
    ['has a shape of 2^80 elements', `{"a":${entry(0, 8, [2 ** 40, 2 ** 40])}}`, 8, null],
    ['points behind the file', `{"a":${entry(0, 80)}}`, 8, null],
    ['points backwards', `{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}`, 8, null],
    ['has tensors that overlap', `{${a},"b":${entry(4, 12)}}`, 12, null],
    ['leaves a gap', `{${a},"b":${entry(12, 16)}}`, 16, null],
    ['leaves bytes at the end', `{${a}}`, 12, null],
    ['is nested 20,000 deep', `{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}`, 8, null],
    ['is nested 65 deep', `{"a":${'['.repeat(64)}${']'.repeat(64)}}`, 8, null],
    [
      'has a string for a size',
      `{"a":{"dtype":"F32","shape":["2"],"data_offsets":[0,8]}}`,
      8,
      null,
    ],
    ['has half a size', `{"a":${entry(0, 8, [2.5])}}`, 8, null],
    ['has three offsets', `{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,8]}}`, 8, null],
    ['has a type of every object', `{"a":${entry(0, 8, [2], 'toString')}}`, 8, null],
    [
      'has a key that no tensor has',
      `{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"b":0}}`,
      8,
      null,
    ],
    ['has null for a tensor', `{"a":null}`, 8, null],
    ['has a prototype', `{"__proto__":${entry(0, 8)}}`, 8, null],
  ] as const)('%s', async (_, header, dataBytes, length) => {
    const path = join(folder, 'lies.safetensors');
    const file = tensorsOf(header, dataBytes, length);
    writeFileSync(path, file);
    const corrupt = { code: 'MODELS_CHECKPOINT_CORRUPT' };
    await expect(openSafetensors(path)).rejects.toMatchObject(corrupt);
    expect(await outcome(consistent(file))).toBe(corrupt.code);
    expect(({} as { dtype?: unknown }).dtype).toBeUndefined();
  });

  test('and one that does not opens, whatever is in its strings', async () => {
    const path = join(folder, 'honest.safetensors');
    const quoted = JSON.stringify('a "quoted": name\\');
    writeFileSync(path, tensorsOf(`{"__metadata__":{"a":"b:{}"},${quoted}:${entry(0, 8)}}  `));
    const file = await openSafetensors(path);
    expect([...file.entries.keys()]).toEqual([JSON.parse(quoted)]);
    expect(await file.read([...file.entries.keys()][0]!)).toEqual(new Float32Array(2));
    await file.close();
  });

  test('names that look like paths or code are names: the model has none of them', async () => {
    const names = ['../../../etc/passwd', '/tmp/x', './router.ts', 'constructor', 'node:fs'];
    const header = names.map((name, i) => `${JSON.stringify(name)}:${entry(8 * i, 8 * i + 8)}`);
    const file = tensorsOf(`{${header.join()}}`, 8 * names.length);
    const { tensors } = manifestNow();
    const change = consistent(file, {
      tensors: {
        ...tensors,
        count: names.length,
        bytes: file.length,
        sha256: createHash('sha256').update(file).digest('hex'),
      },
    });
    for (const [name, content] of Object.entries(change)) writeFileSync(join(bad, name), content);
    const before = readdirSync(folder);
    await expect(restoreCheckpoint(bad, { model, optimiser })).rejects.toMatchObject({
      code: 'MODELS_CHECKPOINT_MISMATCH',
    });
    expect(readdirSync(folder)).toEqual(before);
    await outcome({});
  });

  test('a tensor is missing', async () => {
    const file = await openSafetensors(join(good, 'tensors.safetensors'));
    await file.close();
    const [name, first] = [...file.entries].at(-1)!;
    const text = String(bytes['tensors.safetensors'].subarray(8)).split('}}')[0] + '}}';
    const { [name]: _, ...header } = JSON.parse(text) as Record<string, unknown>;
    const shorter = tensorsOf(JSON.stringify(header), first.begin);
    const { tensors } = manifestNow();
    const sha256 = createHash('sha256').update(shorter).digest('hex');
    const count = tensors.count - 1;
    const files = consistent(shorter, {
      tensors: { ...tensors, count, sha256, bytes: shorter.length },
    });
    for (const [path, content] of Object.entries(files)) writeFileSync(join(bad, path), content);
    await expect(restoreCheckpoint(bad, { model, optimiser })).rejects.toMatchObject({
      code: 'MODELS_CHECKPOINT_MISMATCH',
      message: expect.stringContaining(`no ${name}`),
    });
    await outcome({});
  });
});

test('a weight that is not finite is refused under hashes that fit, and no other is read', async () => {
  const tensors = Buffer.from(bytes['tensors.safetensors']);
  tensors.writeFloatLE(Number.NaN, tensors.length - 4);
  for (const [name, content] of Object.entries(consistent(tensors))) {
    writeFileSync(join(bad, name), content);
  }
  const before = optimiser.step;
  await expect(restoreCheckpoint(bad, { model, optimiser })).rejects.toMatchObject({
    code: 'MODELS_CHECKPOINT_CORRUPT',
    message: expect.stringContaining('NaN'),
  });
  expect(optimiser.step).toBe(before);
  await outcome({});
});

describe('a manifest that lies, under a hash that fits', () => {
  const tensors = () => bytes['tensors.safetensors'];
  test.each([
    ['of a later form', { schema: 'moekit/checkpoint@2' }, 'MODELS_CHECKPOINT_VERSION'],
    ['of something else', { schema: 'moekit/results@1' }, 'MODELS_CHECKPOINT_CORRUPT'],
    ['of nothing', { schema: undefined }, 'MODELS_CHECKPOINT_CORRUPT'],
    ['with a negative step', { step: -1 }, 'MODELS_CHECKPOINT_CORRUPT'],
    ['with half a step', { step: 1.5 }, 'MODELS_CHECKPOINT_CORRUPT'],
    ['with a key of its own', { run: 'rm -rf /' }, 'MODELS_CHECKPOINT_CORRUPT'],
    ['with another optimiser', { optimiser: { name: 'sgd' } }, 'MODELS_CHECKPOINT_CORRUPT'],
  ] as const)('%s', async (_, change, code) => {
    expect(await outcome(consistent(tensors(), change))).toBe(code);
  });

  test('nested 20,000 deep', async () => {
    const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
    const text = JSON.stringify({ ...manifestNow(), config: 0 }).replace(
      '"config":0',
      `"config":{"a":${deep}}`,
    );
    expect(await outcome({ 'manifest.json': text })).toBe('MODELS_CHECKPOINT_CORRUPT');
  });

  test('of more bytes than any has', async () => {
    const text = JSON.stringify(manifestNow()) + ' '.repeat(4 * 2 ** 20);
    expect(await outcome({ 'manifest.json': text })).toBe('MODELS_CHECKPOINT_CORRUPT');
  });

  test.each(['manifest.json', 'tensors.safetensors'] as const)(
    '%s is a device that never ends, or a folder',
    async (file) => {
      const other = join(folder, 'other');
      for (const make of [
        () => symlinkSync('/dev/zero', join(other, file)),
        () => mkdirSync(join(other, file)),
      ]) {
        await saveCheckpoint(other, { model, optimiser, run });
        rmSync(join(other, file));
        make();
        await expect(openCheckpoint(other)).rejects.toMatchObject({
          code: 'MODELS_CHECKPOINT_CORRUPT',
        });
        rmSync(other, { recursive: true });
      }
    },
  );

  test('that leads to another file is refused before any is opened', async () => {
    const file = { ...manifestNow().tensors, file: '../good/tensors.safetensors' };
    const files = consistent(tensors(), { tensors: file });
    expect(await outcome(files)).toBe('MODELS_CHECKPOINT_CORRUPT');
  });

  test.each(['', 'null', '[]', '{}', '"moekit/checkpoint@1"', '\u0000'])('%j', async (text) => {
    expect(await outcome({ 'manifest.json': text })).toBe('MODELS_CHECKPOINT_CORRUPT');
  });
});

test('a folder without a checkpoint, and a file instead of one', async () => {
  const missing = { code: 'MODELS_CHECKPOINT_MISSING' };
  await expect(openCheckpoint(join(folder, 'no'))).rejects.toMatchObject(missing);
  await expect(openCheckpoint(join(good, 'manifest.json'))).rejects.toMatchObject(missing);
});

test('after all of it, model and optimiser are as they were', async () => {
  expect(optimiser.step).toBe(12);
  const { step } = await restoreCheckpoint(good, { model, optimiser });
  expect(step).toBe(12);
});
