import { expect, test } from 'vitest';

import { keepsText, tokenize } from '../src/tokenize.js';
import { trainBpe } from '../src/tokenizers/bpe/train-bpe.js';
import { huggingFaceTokenizer } from '../src/tokenizers/hugging-face-tokenizer.js';

const good = trainBpe(['a text, a text'], { vocabSize: 260 });
const coded = (code: string) => expect.objectContaining({ code });
const utf8 = new TextEncoder();

const model = (change: object) => ({ ...good, model: { ...good.model, ...change } });
const addedToken = {
  id: Object.keys(good.model.vocab).length,
  content: '<x>',
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: false,
  special: true,
};
const added = (change: object) => ({
  ...good,
  added_tokens: [{ ...addedToken, ...change }],
});
const before = (pre_tokenizer: unknown) => ({ ...good, pre_tokenizer });
const pattern = (Regex: string) => ({
  type: 'Sequence',
  pretokenizers: [
    { type: 'Split', pattern: { Regex }, behavior: 'Isolated', invert: false },
    { ...good.pre_tokenizer, use_regex: false },
  ],
});

test('the file that the changes below start from is read', () => {
  expect(huggingFaceTokenizer(good).vocabSize).toBe(addedToken.id);
  expect(huggingFaceTokenizer(added({})).vocabSize).toBe(addedToken.id + 1);
});

test.each([
  ['not an object', 7],
  ['a list', []],
  ['truncation', { ...good, truncation: { max_length: 2 } }],
  ['padding', { ...good, padding: { strategy: { Fixed: 8 } } }],
  ['a member that nobody knows', { ...good, more: 1 }],
  ['WordLevel', { ...good, model: { type: 'WordLevel', vocab: { a: 0 }, unk_token: 'a' } }],
  ['WordPiece', model({ type: 'WordPiece' })],
  ['a continuing prefix', model({ continuing_subword_prefix: '##' })],
  ['an ending', model({ end_of_word_suffix: '</w>' })],
  ['dropout', model({ dropout: 0.1 })],
  ['a misspelt option', model({ byte_fallbck: true })],
  ['NFKC', { ...good, normalizer: { type: 'NFKC' } }],
  ['Lowercase', { ...good, normalizer: { type: 'Lowercase' } }],
  ['Whitespace', before({ type: 'Whitespace' })],
  ['Punctuation', before({ type: 'Punctuation', behavior: 'Isolated' })],
  ['no pre-tokenizer', before(null)],
  ['a space first', before({ ...good.pre_tokenizer, add_prefix_space: true })],
  ['no pattern', before({ ...good.pre_tokenizer, use_regex: false })],
  ['another decoder', { ...good, decoder: null }],
  ['a flag left out', added({ normalized: undefined })],
  ['lstrip', added({ lstrip: true })],
  ['rstrip', added({ rstrip: true })],
  ['single_word', added({ single_word: true })],
  ['a content of a million characters', added({ content: 'a'.repeat(1e6) })],
  ['an id that the library gives another', added({ id: 300 })],
  ['an id of 2e9', model({ vocab: { ...good.model.vocab, zz: 2e9 } })],
  ['an id twice', model({ vocab: { ...good.model.vocab, zz: 1 } })],
  ['an id that is none', model({ vocab: { ...good.model.vocab, zz: '1' } })],
  ['ids with wide holes', model({ vocab: { ...good.model.vocab, zz: 1e6 } })],
  ['no token', model({ vocab: {}, merges: [] })],
  ['a merge of what is not a token', model({ merges: [['qq', 'z']] })],
  ['a merge of three', model({ merges: ['a b c'] })],
  ['half a surrogate pair', model({ vocab: { ...good.model.vocab, '\ud800': 260 } })],
  ['a pattern that backtracks', before(pattern('(\\w+\\s?)+$'))],
  ['another that does', before(pattern('(a+)+$'))],
  ['a pattern of the prototype', before(pattern('constructor'))],
])('%s is refused, not guessed', (_what, json) => {
  expect(() => huggingFaceTokenizer(json)).toThrow(coded('DATA_TOKENIZER'));
});

test('nesting 20,000 deep, or a million of empty merges, is refused too', () => {
  let deep: unknown = { type: 'Sequence', pretokenizers: [] };
  for (let i = 0; i < 20_000; i++) deep = { type: 'Sequence', pretokenizers: [deep] };
  expect(() => huggingFaceTokenizer(before(deep))).toThrow(coded('DATA_TOKENIZER'));
  const merges = Array.from({ length: 1e6 }, () => ['x', 'y']);
  expect(() => huggingFaceTokenizer(model({ merges }))).toThrow(coded('DATA_TOKENIZER'));
});

test('U+FEFF is a character like others, and the text may begin with it', () => {
  const tokenizer = huggingFaceTokenizer(good);
  for (const text of ['\ufeffone', 'one two\ufeffthree \ufeff four\n'.repeat(200)]) {
    expect(tokenizer.decode(tokenizer.encode(utf8.encode(text)))).toEqual(utf8.encode(text));
  }
});

test('bytes that are not text and ids that are not tokens are coded errors', () => {
  const tokenizer = huggingFaceTokenizer(good);
  expect(() => tokenizer.encode(Uint8Array.of(0x61, 0xff))).toThrow(coded('DATA_BINARY'));
  for (const id of [-1, 1.5, Number.NaN, tokenizer.vocabSize]) {
    expect(() => tokenizer.decode([id])).toThrow(coded('DATA_TOKENS'));
  }
});

test('a text that the tokenizer changes has no bits per byte; its loss and perplexity stay', () => {
  const tokenizer = huggingFaceTokenizer({ ...good, normalizer: { type: 'NFC' } });
  const source = (text: string) => {
    const bytes = utf8.encode(text);
    return { name: 'x', attribution: '', train: bytes, validation: bytes };
  };
  expect(tokenize(source('\u00e9'), tokenizer).bytesPerToken).toBe(1);
  expect(tokenize(source('e\u0301'), tokenizer).bytesPerToken).toBeNull();
  expect(keepsText(tokenizer, utf8.encode('e\u0301'), tokenizer.encode(utf8.encode('é')))).toBe(
    false,
  );
});
