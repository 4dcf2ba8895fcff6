import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { inWords, numberWords } from '../src/parallel/number-words.js';
import { readParallelText } from '../src/parallel/parallel-text.js';

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
    ['no folder', 'DATA_MISSING', {}],
    ['one language alone', 'DATA_MISSING', { 'train.en': 'a\nb' }],
    ['lines that do not match', 'DATA_PARALLEL', { 'train.en': 'a\nb', 'train.de': 'x' }],
    ['empty files', 'DATA_SHORT', { 'train.en': '', 'train.de': '' }],
    ['blank lines alone', 'DATA_SHORT', { 'train.en': '\n\n\n', 'train.de': 'x\ny\nz' }],
    ['Latin-1', 'DATA_BINARY', { 'train.en': 'a', 'train.de': Uint8Array.of(0x66, 0xfc) }],
    ['UTF-16', 'DATA_BINARY', { 'train.en': 'a', 'train.de': Uint8Array.of(0xff, 0xfe) }],
    ['a broken gzip', 'DATA_BINARY', { 'train.en': 'a', 'train.de.gz': 'not gzip' }],
    [
      'a truncated gzip',
      'DATA_BINARY',
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
      code: 'DATA_MISSING',
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
    ['DATA_BINARY', 'line 3', Buffer.from('a\nb\nü\n', 'latin1')],
    ['DATA_BINARY', 'UTF-16', Buffer.from('\ufeffa dog', 'utf16le')],
    ['DATA_BINARY', 'zero bytes', Buffer.from('a dog', 'utf16le')],
    ['DATA_LARGE', 'characters per line', Buffer.alloc(2 ** 20 + 2 ** 17, 'x')],
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
      await expect(readParallelText(path, languages)).rejects.toThrow(coded('DATA_MISSING'));
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
