import { readFileSync } from 'node:fs';

import fc from 'fast-check';
import { expect, test } from 'vitest';

import { loadEmbeddedText } from '../src/texts/embedded-text.js';
import { bpeTokenizer } from '../src/tokenizers/bpe/bpe-tokenizer.js';
import { textBlocks } from '../src/tokenizers/bpe/text-blocks.js';
import { trainBpe } from '../src/tokenizers/bpe/train-bpe.js';
import { huggingFaceTokenizer } from '../src/tokenizers/hugging-face-tokenizer.js';

/** Merges of the tokenizers library (goldens/make-bpe.py) on the start of Tiny Shakespeare. */
const golden = JSON.parse(readFileSync(new URL('goldens/bpe.json', import.meta.url), 'utf8')) as {
  bytes: number;
  vocabSize: number;
  merges: [string, string][];
  vocab: Record<string, number>;
};

const options = { vocabSize: golden.vocabSize, specialTokens: ['<pad>', '<s>'] };

async function shakespeare(): Promise<Uint8Array> {
  return (await loadEmbeddedText('tiny-shakespeare')).train.subarray(0, golden.bytes);
}

test('merges and ids are those of the Hugging Face trainer', async () => {
  const { model } = trainBpe([new TextDecoder().decode(await shakespeare())], options);
  expect(model.merges).toEqual(golden.merges);
  expect(model.vocab).toEqual(golden.vocab);
});

test('any text comes back as it was, whatever it was trained on', async () => {
  const json = trainBpe([new TextDecoder().decode(await shakespeare())], options);
  const tokenizer = bpeTokenizer(json, 'shakespeare');
  const plain = huggingFaceTokenizer(json, 'shakespeare');
  const check = (text: string) => {
    const bytes = new TextEncoder().encode(text);
    const ids = tokenizer.encode(bytes);
    expect(tokenizer.decode(ids)).toEqual(bytes);
    expect(ids).toEqual(plain.encode(bytes)); // word by word as in one
  };
  fc.assert(fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), check), { numRuns: 200 });
  for (const text of ['', ' ', 'O Romeo,\n\n  Romeo!\t', 'ü😀 12,5']) check(text);
});

test('a text that has nothing left to merge gives a smaller vocabulary', () => {
  const { model } = trainBpe(['ab ab'], { vocabSize: 1000 });
  expect(model.merges).toEqual([['a', 'b']]);
  expect(Object.keys(model.vocab)).toHaveLength(257);
  expect(trainBpe([], { vocabSize: 300 }).model.merges).toEqual([]);
});

test('a pair that overlaps itself is merged from the left', () => {
  const { model } = trainBpe(['aaaa aaa'], { vocabSize: 259 });
  expect(model.merges[0]).toEqual(['a', 'a']);
});

test('a vocabulary without room for the bytes is refused', () => {
  expect(() => trainBpe([], { vocabSize: 257, specialTokens: ['<a>', '<b>'] })).toThrow(
    expect.objectContaining({ code: 'MOE_OPTIONS' }),
  );
});

test('one word of a million characters takes no longer than many words', () => {
  const { model } = trainBpe(['ab'.repeat(500_000)], { vocabSize: 260 });
  expect(model.merges[0]).toEqual(['a', 'b']);
});

test('blocks of a text are the text, cut where a word ends and never in a character', () => {
  const join = (text: string) => [...textBlocks(new TextEncoder().encode(text))].join('');
  for (const unit of ['a line\n', 'word ', 'é', '😀']) {
    const text = unit.repeat(50_000);
    expect(join(text) === text, unit).toBe(true);
  }
  const [first] = textBlocks(new TextEncoder().encode('a line\n'.repeat(20_000)));
  expect(first!.endsWith('a line')).toBe(true);
});
