import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { EmbeddedTextName } from '../src/texts/embedded-text.js';
import { loadEmbeddedText } from '../src/texts/embedded-text.js';
import { loadTextFile } from '../src/texts/text-file.js';
import { tokenize } from '../src/tokenize.js';
import { byteTokenizer } from '../src/tokenizers/byte-tokenizer.js';
import { huggingFaceTokenizer } from '../src/tokenizers/hugging-face-tokenizer.js';

const utf8 = new TextEncoder();
const source = (train: string, validation: string) => ({
  name: 'made up',
  attribution: 'nobody',
  train: utf8.encode(train),
  validation: utf8.encode(validation),
});

/** Byte-level BPE: every byte, and one merge ("th"). The letters of GPT-2's byte alphabet that the tests need. */
function tokenizerJson() {
  const letters = [...'abcdefghijklmnopqrstuvwxyz', 'Ġ', 'Ċ', 'Ã', '©'];
  const vocab = Object.fromEntries([...letters, 'th'].map((token, id) => [token, id]));
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true };
  const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false };
  return {
    version: '1.0',
    added_tokens: [{ ...flags, id: 31, content: '<end>', special: true }],
    normalizer: null,
    pre_tokenizer: { ...byteLevel, use_regex: true },
    post_processor: null,
    decoder: { ...byteLevel, use_regex: true },
    model: { type: 'BPE', vocab, merges: [['t', 'h']], unk_token: null },
  };
}

describe('embedded texts', () => {
  test.each<[EmbeddedTextName, number, number, string]>([
    ['tiny-shakespeare', 1_003_854, 111_540, 'First Citizen:'],
    ['wikitext-2', 1_121_681, 1_256_449, ' \n = Homarus gammarus = '],
    ['typescript', 249_994, 24_944, 'import { describeValue'],
  ])('%s comes with both splits and its attribution', async (name, train, validation, start) => {
    const text = await loadEmbeddedText(name);
    expect([text.train.length, text.validation.length]).toEqual([train, validation]);
    expect(new TextDecoder().decode(text.train.subarray(0, start.length))).toBe(start);
    expect(text.attribution).toMatch(/public domain|CC BY-SA 3\.0|Apache-2\.0/);
  });

  test('an unknown name is an error that lists the known ones', async () => {
    const loading = loadEmbeddedText('toString' as EmbeddedTextName);
    await expect(loading).rejects.toMatchObject({
      code: 'DATA_MISSING',
      message: expect.stringContaining('tiny-shakespeare, wikitext-2, typescript'),
    });
  });
});

describe('text files', () => {
  let folder = '';
  const file = async (name: string, content: string | Uint8Array) => {
    await writeFile(join(folder, name), content);
    return loadTextFile(join(folder, name));
  };
  beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'moekit-'))));
  afterAll(() => rm(folder, { recursive: true }));

  test('are split 90 to 10, between characters', async () => {
    const text = 'x'.repeat(1799) + 'é'.repeat(100) + '.';
    const { name, train, validation } = await file('text.txt', text);
    expect(name).toBe('text.txt');
    const decode = (bytes: Uint8Array) => new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    expect(decode(train) + decode(validation)).toBe(text);
    expect(train.length).toBe(1801); // byte 1800 is the second half of an é
  });

  test('that do not exist, are too short or binary are coded errors', async () => {
    const missing = { code: 'DATA_MISSING' };
    await expect(loadTextFile(join(folder, 'none.txt'))).rejects.toMatchObject(missing);
    await expect(file('empty.txt', '')).rejects.toMatchObject({ code: 'DATA_SHORT' });
    await expect(file('short.txt', 'x'.repeat(999))).rejects.toMatchObject({
      code: 'DATA_SHORT',
    });
    const binary = { code: 'DATA_BINARY' };
    await expect(file('a.txt', new Uint8Array(2000).fill(0xff))).rejects.toMatchObject(binary);
    await expect(file('b.txt', new Uint8Array(2000))).rejects.toMatchObject(binary);
  });
});

describe('tokenizers', () => {
  test('bytes map to themselves', () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
    const { encode, decode, vocabSize } = byteTokenizer();
    expect(vocabSize).toBe(256);
    expect(decode(encode(bytes))).toEqual(bytes);
  });

  test('a tokenizer.json encodes by its merges, without special tokens, and decodes back', () => {
    const tokenizer = huggingFaceTokenizer(tokenizerJson(), 'made up');
    const ids = tokenizer.encode(utf8.encode('the caf\u00e9\n'));
    expect(Array.from(ids)).toEqual([30, 4, 26, 2, 0, 5, 28, 29, 27]);
    expect(new TextDecoder().decode(tokenizer.decode(ids))).toBe('the caf\u00e9\n');
    expect(tokenizer.vocabSize).toBe(32);
  });

  test.each([null, {}, 'text', { model: { type: 'Mystery' } }])(
    'anything but a tokenizer.json is a coded error: %j',
    (json) => {
      expect(() => huggingFaceTokenizer(json)).toThrow(
        expect.objectContaining({ code: 'DATA_TOKENIZER' }),
      );
    },
  );
});

describe('tokenize', () => {
  test('counts validation bytes per token and keeps who made the text', () => {
    const data = tokenize(
      source('the', 'the thé'.normalize('NFC')),
      huggingFaceTokenizer(tokenizerJson()),
    );
    expect(Array.from(data.train.slice(0, data.train.length))).toEqual([30, 4]);
    expect(data.bytesPerToken).toBe(8 / 6);
    expect(data).toMatchObject({ name: 'made up', attribution: 'nobody', vocabSize: 32 });
  });

  test('a hash stays the same from version to version: results and checkpoints name it', async () => {
    const { hash } = tokenize(await loadEmbeddedText('tiny-shakespeare'), byteTokenizer());
    expect(hash).toBe('83f73ddcdde90861e81a514b00250e0fd2f5ed066040306452d43b66d6b1459e');
  });

  test('hashes texts, split and tokenizer', () => {
    const hash = (train: string, validation: string, name = 'bytes') =>
      tokenize(source(train, validation), { ...byteTokenizer(), name }).hash;
    expect(hash('ab', 'c')).toMatch(/^[0-9a-f]{64}$/);
    expect(hash('ab', 'c')).toBe(hash('ab', 'c'));
    const others = [hash('a', 'bc'), hash('ab', 'd'), hash('ab', 'c', 'other')];
    expect(new Set([hash('ab', 'c'), ...others]).size).toBe(4);
    const shifted = { ...byteTokenizer(), encode: (text: Uint8Array) => Int32Array.from(text, (id) => id ^ 1) }; // prettier-ignore
    expect(tokenize(source('ab', 'c'), shifted).hash).not.toBe(hash('ab', 'c'));
  });

  test('an empty split and an id outside the vocabulary are coded errors', () => {
    expect(() => tokenize(source('a', ''), byteTokenizer())).toThrow(
      expect.objectContaining({ code: 'DATA_SHORT' }),
    );
    expect(() => tokenize(source('a', 'b'), { ...byteTokenizer(), vocabSize: 97 })).toThrow(
      expect.objectContaining({ code: 'DATA_TOKENIZER' }),
    );
  });
});
