import {
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rm,
  stat,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import type { TokenData } from '../src/contract.js';
import type { LargeTextOptions } from '../src/large/large-text.js';
import { largeText } from '../src/large/large-text.js';
import { packTokens, TokenFile, widthFor } from '../src/large/token-file.js';
import { localText } from '../src/texts/local-text.js';
import { loadTextFile, textWithin } from '../src/texts/text-file.js';
import { tokenize } from '../src/tokenize.js';
import { bpeTokenizer } from '../src/tokenizers/bpe/bpe-tokenizer.js';
import { textBlocks } from '../src/tokenizers/bpe/text-blocks.js';
import { trainBpe } from '../src/tokenizers/bpe/train-bpe.js';
import { byteTokenizer } from '../src/tokenizers/byte-tokenizer.js';

let folder: string;
let cache: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'moekit-large-'));
  cache = join(folder, 'tokens');
});

afterEach(() => rm(folder, { recursive: true }));

async function put(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, content);
  return path;
}

const fileTokens = async (path: string, options: LargeTextOptions, folder: string) =>
  largeText(await localText(path, 'text'), options, folder);

const bytes = { tokenizer: async () => byteTokenizer(), tokenizerKey: 'bytes' };
const coded = (code: string) => expect.objectContaining({ code });

const lines = Array.from({ length: 9000 }, (_, i) => `line ${i} – größer 😀 ${i * 7919}\n`).join(
  '',
);
const oneLine = lines.replaceAll('\n', ' ');
const unbroken = lines.replaceAll(/\s/g, '');

const idsOf = ({ train, validation }: TokenData) =>
  [train, validation].map((split) => Array.from(split.slice(0, split.length)));

/** The size of the text that is kept in files does not change the content of the files. */
describe('tokens in files are those in memory', () => {
  test.each([
    ['lines', 'text.txt', lines],
    ['one line', 'text.txt', oneLine],
    ['no space at all', 'text.txt', unbroken],
    ['a byte order mark', 'text.txt', `\ufeff${lines}`],
    ['gzip', 'text.txt.gz', gzipSync(lines)],
    ['JSONL', 'rows.jsonl', `${JSON.stringify({ text: lines })}\n`.repeat(2)],
  ])('%s', async (_what, name, content) => {
    const path = await put(name, content);
    const inMemory = tokenize(await loadTextFile(path), byteTokenizer());
    const inFiles = await fileTokens(path, bytes, cache);
    expect(idsOf(inFiles)).toEqual(idsOf(inMemory));
    expect(inFiles).toMatchObject({ vocabSize: 256, tokenizer: 'bytes', bytesPerToken: 1 });
    expect(inFiles.attribution).toBe(inMemory.attribution);
  });

  test.each([
    ['lines', lines],
    ['one line', oneLine],
    ['no space at all', unbroken],
  ])('BPE: %s', async (_what, content) => {
    const json = trainBpe([...textBlocks(Buffer.from(lines))], { vocabSize: 400 });
    const path = await put('text.txt', content);
    const tokenizer = bpeTokenizer(json, 'bpe:400');
    const inMemory = tokenize(await loadTextFile(path), tokenizer);
    const options = { tokenizer: async () => tokenizer, tokenizerKey: 'k' };
    const inFiles = await fileTokens(path, options, cache);
    expect(idsOf(inFiles)).toEqual(idsOf(inMemory));
    expect(inFiles.bytesPerToken).toBe(inMemory.bytesPerToken);
  });

  test('and so is any part of them', async () => {
    const path = await put('text.txt', lines);
    const inMemory = tokenize(await loadTextFile(path), byteTokenizer());
    const inFiles = await fileTokens(path, bytes, cache);
    for (const split of ['train', 'validation'] as const) {
      const { length } = inMemory[split];
      expect(inFiles[split].length).toBe(length);
      for (const start of [0, 1, 33, 8191, length - 100]) {
        const [a, b] = [inMemory, inFiles].map((data) => data[split].slice(start, start + 33));
        expect(Array.from(b!)).toEqual(Array.from(a!));
      }
    }
  });

  test.each([100_001, 100_002, 100_003, 100_004])('of the first %i bytes', async (maxBytes) => {
    const path = await put('text.txt', '😀'.repeat(40_000));
    const inMemory = tokenize(await loadTextFile(path, { maxBytes }), byteTokenizer());
    const inFiles = await fileTokens(path, { ...bytes, maxBytes }, cache);
    expect(idsOf(inFiles)).toEqual(idsOf(inMemory));
  });
});

describe('the kept files', () => {
  test('is used again, until the file or what is made of it is another', async () => {
    const path = await put('text.txt', lines);
    let made = 0;
    const options = { ...bytes, tokenizer: async () => (made++, byteTokenizer()) };
    const first = await fileTokens(path, options, cache);
    expect(await fileTokens(path, options, cache)).toEqual(first);
    expect(made).toBe(1);
    await fileTokens(path, { ...options, maxBytes: 5000 }, cache);
    await fileTokens(path, { ...options, tokenizerKey: 'other' }, cache);
    await writeFile(path, `${lines}more`);
    const changed = await fileTokens(path, options, cache);
    expect(made).toBe(4);
    expect(changed.hash).not.toBe(first.hash);
    expect(await readdir(cache)).toHaveLength(4); // and no drafts
  });

  test('damaged is made again; cut off while it is read is a coded error', async () => {
    const path = await put('text.txt', lines);
    const data = await fileTokens(path, bytes, cache);
    const { path: file, length } = data.train as TokenFile;
    await truncate(file, 1000);
    expect(() => data.train.slice(length - 10, length)).toThrow(coded('DATA_CACHE'));
    await rm(join(file, '..'), { recursive: true });
    expect(() => data.train.slice(0, 10)).toThrow(coded('DATA_CACHE'));
    const again = await fileTokens(path, bytes, cache);
    expect((await stat(file)).size).toBe(length);
    expect(again.hash).toBe(data.hash);
  });

  test('with a byte that was changed, in the tokens or in what is said of them, is made again', async () => {
    const path = await put('text.txt', lines);
    const data = await fileTokens(path, bytes, cache);
    const folder = dirname((data.train as TokenFile).path);
    for (const name of ['train.bin', 'validation.bin', 'tokens.json']) {
      const file = join(folder, name);
      const whole = await readFile(file);
      const changed = Buffer.from(whole);
      changed[whole.length >> 1]! ^= 1;
      await writeFile(file, changed);
      expect(idsOf(await fileTokens(path, bytes, cache))).toEqual(idsOf(data));
      expect(await readFile(file)).toEqual(whole);
    }
  });

  test('is of the bytes of the text, whatever its time says', async () => {
    const path = await put('text.txt', lines);
    const { atime, mtime } = await stat(path);
    const first = await fileTokens(path, bytes, cache);
    await writeFile(path, lines.replaceAll('e', 'o'));
    await utimes(path, atime, mtime);
    expect((await fileTokens(path, bytes, cache)).hash).not.toBe(first.hash);
  });

  test('nothing, where the text is bad or the folder is no folder', async () => {
    const bad = await put('bad.txt', Buffer.concat([Buffer.from(lines), Buffer.of(0xff)]));
    await expect(fileTokens(bad, bytes, cache)).rejects.toThrow(coded('DATA_BINARY'));
    expect(await readdir(cache)).toEqual([]);
    const path = await put('text.txt', lines);
    const file = await put('a-file', '');
    await expect(fileTokens(path, bytes, file)).rejects.toThrow(coded('DATA_CACHE'));
  });

  test('is in the fewest bytes that hold the vocabulary', async () => {
    for (const [vocabSize, width] of [
      [256, 1],
      [257, 2],
      [65_536, 2],
      [65_537, 4],
    ] as const) {
      expect(widthFor(vocabSize)).toBe(width);
      const ids = Int32Array.of(0, vocabSize - 1, 5);
      const path = await put('ids.bin', packTokens(ids, width));
      expect((await stat(path)).size).toBe(3 * width);
      const file = new TokenFile(path, { length: 3, width });
      expect(file.slice(1, 9)).toEqual(ids.slice(1, 9));
      expect(file.slice(3, 9)).toHaveLength(0);
    }
  });
});

test('only a text that is larger than asked for goes into files', async () => {
  const path = await put('text.txt', lines);
  const input = await localText(path, 'text');
  expect(await textWithin(input, undefined, 10_000)).toBeNull();
  expect(await textWithin(input, 20_000, 10_000)).toBeNull();
  const start = await textWithin(input, 10_000, 10_000);
  expect(start!.train.length + start!.validation.length).toBeLessThanOrEqual(10_000);
  expect(await textWithin(input, undefined, 2 ** 26)).toEqual(await loadTextFile(path));
});
