import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { trainedBpe } from '../src/tokenizers/bpe/tokenizer-cache.js';
import { huggingFaceTokenizer } from '../src/tokenizers/hugging-face-tokenizer.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'moekit-tokenizers-'));
});

afterEach(() => rm(folder, { recursive: true }));

const put = (name: string, content: string | Uint8Array) => writeFile(join(folder, name), content);

describe('the tokenizer cache', () => {
  const texts = ['low lower lowest', 'new newer newest'];

  test('keeps one file per text and options, and uses it', async () => {
    const first = await trainedBpe(texts, { vocabSize: 270 }, folder);
    expect(await trainedBpe(texts, { vocabSize: 270 }, folder)).toEqual(first);
    await trainedBpe(texts, { vocabSize: 265 }, folder);
    await trainedBpe([...texts, 'more'], { vocabSize: 270 }, folder);
    expect(await readdir(folder)).toHaveLength(3);
  });

  test('that is broken is trained again', async () => {
    const first = await trainedBpe(texts, { vocabSize: 270 }, folder);
    const [file] = await readdir(folder);
    const kept = await readFile(join(folder, file!), 'utf8');
    for (const broken of [
      '',
      'null',
      '{"model":1}',
      '{',
      kept.replace('"lo', '"ol'),
      kept.slice(65),
    ]) {
      await put(file!, broken);
      expect(await trainedBpe(texts, { vocabSize: 270 }, folder)).toEqual(first);
    }
  });

  test('that cannot be written costs nothing but time', async () => {
    await put('file', '');
    const trained = await trainedBpe(texts, { vocabSize: 270 }, join(folder, 'file', 'below'));
    expect(trained.model.type).toBe('BPE');
  });

  test('a sentence that spells a special token is text', async () => {
    const json = await trainedBpe(texts, { vocabSize: 280, specialTokens: ['<s>'] }, folder);
    const plain = huggingFaceTokenizer({ ...json, added_tokens: [] });
    const bytes = new TextEncoder().encode('a <s> b');
    expect(Array.from(huggingFaceTokenizer(json).encode(bytes))).toContain(0);
    expect(Array.from(plain.encode(bytes))).not.toContain(0);
    expect(plain.decode(plain.encode(bytes))).toEqual(bytes);
  });
});
