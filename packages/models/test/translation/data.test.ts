import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { createRng } from '@moekit/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { huggingFaceTokenizer } from '../../src/data/hugging-face-tokenizer.js';
import { epochBatches, lengthBatches, pairBatch } from '../../src/translation/batches.js';
import { inWords, numberWords } from '../../src/translation/number-words.js';
import { readParallelText } from '../../src/translation/parallel-text.js';
import { trainedBpe } from '../../src/data/bpe/tokenizer-cache.js';
import { loadTranslationData } from '../../src/translation/translation-data.js';
import { randomPairs } from './tiny-translation.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'moekit-parallel-'));
});

afterEach(() => rm(folder, { recursive: true }));

const put = (name: string, content: string | Uint8Array) => writeFile(join(folder, name), content);

const languages = { from: 'en', to: 'de' };

const coded = (code: string) => expect.objectContaining({ code });

describe('parallel text', () => {
  test('is read from the names of Multi30k, plain or gzipped', async () => {
    await put('train.en', 'a dog\na cat\n');
    await put('train.de.gz', gzipSync('ein Hund\neine Katze\n'));
    await put('val.en.gz', gzipSync('a bird\r\n'));
    await put('val.de', 'ein Vogel\r\n');
    await put('test_2016_flickr.en', 'a fish');
    await put('test_2016_flickr.de', 'ein Fisch');
    const corpus = await readParallelText(folder, languages);
    expect(corpus.train).toEqual({
      source: ['a dog', 'a cat'],
      target: ['ein Hund', 'eine Katze'],
    });
    expect(corpus.validation).toEqual({ source: ['a bird'], target: ['ein Vogel'] });
    expect(corpus.test).toEqual({ source: ['a fish'], target: ['ein Fisch'] });
  });

  test('of one pair of files is split, the end held out', async () => {
    const lines = (word: string) => Array.from({ length: 40 }, (_, i) => `${word} ${i}`).join('\n');
    await put('corpus.en', lines('word'));
    await put('corpus.de', lines('Wort'));
    for (const path of [folder, join(folder, 'corpus')]) {
      const corpus = await readParallelText(path, languages);
      expect(corpus.train.source).toHaveLength(36);
      expect(corpus.validation.target).toEqual(['Wort 36', 'Wort 37']);
      expect(corpus.test.source).toEqual(['word 38', 'word 39']);
    }
  });

  test('is read in the direction asked for', async () => {
    await put('train.en', 'a\nb\nc');
    await put('train.de', 'x\ny\nz');
    const corpus = await readParallelText(folder, { from: 'de', to: 'en' });
    expect(corpus.train.source[0]).toBe('x');
  });

  test.each<[string, string, Record<string, string | Uint8Array>]>([
    ['no folder', 'MODELS_DATA_MISSING', {}],
    ['one language alone', 'MODELS_DATA_MISSING', { 'train.en': 'a\nb' }],
    ['lines that do not match', 'MODELS_DATA_PARALLEL', { 'train.en': 'a\nb', 'train.de': 'x' }],
    ['empty files', 'MODELS_DATA_SHORT', { 'train.en': '', 'train.de': '' }],
    ['blank lines alone', 'MODELS_DATA_SHORT', { 'train.en': '\n\n\n', 'train.de': 'x\ny\nz' }],
    ['Latin-1', 'MODELS_DATA_BINARY', { 'train.en': 'a', 'train.de': Uint8Array.of(0x66, 0xfc) }],
    ['UTF-16', 'MODELS_DATA_BINARY', { 'train.en': 'a', 'train.de': Uint8Array.of(0xff, 0xfe) }],
    ['a broken gzip', 'MODELS_DATA_BINARY', { 'train.en': 'a', 'train.de.gz': 'not gzip' }],
    [
      'a truncated gzip',
      'MODELS_DATA_BINARY',
      { 'train.en': 'a', 'train.de.gz': gzipSync('x'.repeat(1000)).subarray(0, 20) },
    ],
  ])('that is %s is an error with a code', async (_what, code, files) => {
    for (const [name, content] of Object.entries(files)) await put(name, content);
    const path = Object.keys(files).length > 0 ? folder : join(folder, 'absent');
    await expect(readParallelText(path, languages)).rejects.toThrow(coded(code));
  });
});

describe('files of parallel text', () => {
  test.each<[string, (en: string) => Promise<unknown>]>([
    ['a folder', (en) => mkdir(en)],
    ['a dangling link', (en) => symlink('nowhere', en)],
    ['a link to itself', (en) => symlink('train.en', en)],
  ])('of which one is %s are named', async (_what, make) => {
    await make(join(folder, 'train.en'));
    await put('train.de', 'ein Hund\n');
    await expect(readParallelText(folder, languages)).rejects.toMatchObject({
      code: 'MODELS_DATA_MISSING',
      message: expect.stringMatching(/train\.en[^.]/),
    });
  });

  test('may begin with a mark, end lines as Windows does and have endings in capitals', async () => {
    const lines = Array.from({ length: 40 }, (_, i) => `line ${i} \ufeff`);
    await put('train.EN', `\ufeff${lines.join('\r\n')}`);
    await put('train.De.GZ', gzipSync(`\ufeff${lines.join('\n')}\n`));
    const { train } = await readParallelText(folder, languages);
    expect(train).toEqual({ source: lines.slice(0, 36), target: lines.slice(0, 36) });
  });

  test.each<[string, string, Uint8Array]>([
    ['MODELS_DATA_BINARY', 'line 3', Buffer.from('a\nb\nü\n', 'latin1')],
    ['MODELS_DATA_BINARY', 'UTF-16', Buffer.from('\ufeffa dog', 'utf16le')],
    ['MODELS_DATA_BINARY', 'bytes of 0', Buffer.from('a dog', 'utf16le')],
    ['MODELS_DATA_LARGE', 'characters a line', Buffer.alloc(2 ** 20 + 2 ** 17, 'x')],
  ])('are refused with %s for %s', async (code, said, bytes) => {
    await put('train.en', bytes);
    await put('train.de', 'ein Hund\n');
    await expect(readParallelText(folder, languages)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(said),
    });
  });

  test('below a path that is no folder are missing', async () => {
    await put('file', 'x');
    for (const path of [join(folder, 'file', 'train'), join(folder, 'x'.repeat(300))]) {
      await expect(readParallelText(path, languages)).rejects.toThrow(coded('MODELS_DATA_MISSING'));
    }
  });
});

describe('number words, the synthetic task', () => {
  test('are those of either language', () => {
    expect(inWords(0, 'en')).toBe('zero');
    expect(inWords(24_103, 'en')).toBe('twenty four thousand one hundred three');
    expect(inWords(24_103, 'de')).toBe('vier und zwanzig tausend ein hundert drei');
    expect(inWords(900_017, 'de')).toBe('neun hundert tausend siebzehn');
  });

  test('are the same every time and in one split alone', () => {
    const [first, second] = [numberWords(), numberWords()];
    expect(first).toEqual(second);
    const all = [first.train, first.validation, first.test].flatMap(({ source }) => source);
    expect(new Set(all).size).toBe(8800);
  });
});

describe('loaded data', () => {
  test('trains its tokenizer on the training split alone and says what it is', async () => {
    await put('train.en', 'ab ab ab ab\nab ab ab ab\nab ab');
    await put('train.de', 'cd cd\ncd cd\ncd');
    await put('val.en', 'xyxyxyxy xyxyxyxy');
    await put('val.de', 'xyxyxyxy');
    await put('test.en', 'ab');
    await put('test.de', 'cd');
    const options = { source: folder, ...languages, vocabSize: 300, maxLength: 30 };
    const data = await loadTranslationData(options);
    expect(data.train[0]!.source).toHaveLength(4); // "ab" and " ab" are tokens
    expect(data.validation[0]!.target).toHaveLength(8); // "xy" is not
    expect(data.description.details).toMatchObject({ trainPairs: 3, testPairs: 1 });
    expect(data.description.hash).toMatch(/^[0-9a-f]{64}$/);
    expect(data.test.references).toEqual(['cd']);
  });

  test('leaves out pairs that are too long, and says so when none is left', async () => {
    await put('train.en', 'a\nqwertzuiopasdfgh\nb');
    await put('train.de', 'x\ny\nz');
    await put('val.en', 'a');
    await put('val.de', 'x');
    const options = { source: folder, ...languages, vocabSize: 259, maxLength: 4 };
    await put('test.en', 'a'.repeat(50));
    await put('test.de', 'x');
    const data = await loadTranslationData(options);
    expect(data.train).toHaveLength(2);
    expect(data.test.sources[0]).toHaveLength(3); // cut, not left out: scores are of the whole test
    await put('val.en', 'qwertzuiopasdfgh');
    await expect(loadTranslationData(options)).rejects.toThrow(coded('MODELS_DATA_SHORT'));
  });
});

describe('the tokenizer cache', () => {
  const texts = ['low lower lowest', 'new newer newest'];

  test('keeps one file per text and options, and uses it', async () => {
    const first = await trainedBpe(texts, { vocabSize: 270 }, folder);
    expect(await trainedBpe(texts, { vocabSize: 270 }, folder)).toEqual(first);
    await trainedBpe(texts, { vocabSize: 265 }, folder);
    await trainedBpe([...texts, 'more'], { vocabSize: 270 }, folder);
    expect(await readdir(folder)).toHaveLength(3);
  });

  test('that is broken is trained anew', async () => {
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

describe('batches', () => {
  const rng = createRng(2);
  const pairs = randomPairs(
    Array.from({ length: 203 }, () => [1 + rng.integer(20), 1 + rng.integer(20)] as const),
  );

  test('of an epoch hold each pair once', () => {
    const batches = epochBatches(pairs, 16, createRng(1));
    expect(batches).toHaveLength(13);
    const all = batches.flatMap((batch) => [...batch]).sort((a, b) => a - b);
    expect(all).toEqual([...pairs.keys()]);
  });

  test('have about as many tokens each and little padding', () => {
    const tokens = epochBatches(pairs, 16, createRng(1)).map((indices) => {
      const batch = pairBatch([...indices].map((i) => pairs[i]!));
      const real = [...batch.sourceLengths, ...batch.targetLengths].reduce((sum, n) => sum + n, 0);
      return { real, padded: batch.source.length + batch.target.length };
    });
    const mean = tokens.reduce((sum, { real }) => sum + real, 0) / tokens.length;
    tokens.forEach(({ real }) => expect(Math.abs(real / mean - 1)).toBeLessThan(0.25));
    const padding = tokens.reduce((sum, { real, padded }) => sum + padded - real, 0);
    expect(padding / (mean * tokens.length)).toBeLessThan(0.4);
  });

  test('of another stream are others, of the same stream the same', () => {
    const of = (seed: number) => epochBatches(pairs, 16, createRng(seed));
    expect(of(1)).toEqual(of(1));
    expect(of(1)).not.toEqual(of(2));
  });

  test('are as many as asked for when pairs are few', () => {
    const few = pairs.slice(0, 3);
    const batches = epochBatches(few, 1, createRng(1));
    expect(batches.map(({ length }) => length)).toEqual([1, 1, 1]);
  });

  test('held out go from short to long', () => {
    const batches = lengthBatches(pairs, { batchSize: 16, count: 4 });
    expect(batches).toHaveLength(4);
    const longest = batches.map((batch) =>
      Math.max(...[...batch].map((i) => pairs[i]!.target.length)),
    );
    expect(longest).toEqual([...longest].sort((a, b) => a - b));
    expect(lengthBatches(pairs.slice(0, 2), { batchSize: 16, count: 4 })).toHaveLength(1);
  });

  test('mark the start of what is read and the end of what is said', () => {
    const batch = pairBatch([
      { source: Int32Array.of(5, 6), target: Int32Array.of(7) },
      { source: Int32Array.of(8), target: Int32Array.of(9, 10) },
    ]);
    expect([...batch.source]).toEqual([5, 6, 2, 8, 2, 0]);
    expect([...batch.target]).toEqual([1, 7, 0, 1, 9, 10]);
    expect([...batch.labels]).toEqual([7, 2, 9, 10, 2]);
    expect(batch.targetLengths).toEqual([2, 3]);
  });
});
