import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { trainBpe } from '../../../packages/models/src/data/bpe/train-bpe.js';
import { loadTokens } from '../../../packages/models/src/language/load-tokens.js';
import type { Target } from '../target.js';
import { must } from '../target.js';

const sample =
  'Grüße, naïve façade: 漢字かな 🙂👩‍👩‍👧 मानक \u00a0 \ufeffa->+a  x\r\n\tfoo_bar 12,345.6 ';

const vocabularyOf = (tokens: readonly string[]) =>
  Object.fromEntries(tokens.map((token, id) => [token, id]));

const letters = [...new Set(sample)];

const wordLevel = {
  version: '1.0',
  truncation: null,
  padding: null,
  added_tokens: [],
  normalizer: { type: 'Lowercase' },
  pre_tokenizer: { type: 'Split', pattern: { Regex: '\\s+' }, behavior: 'Isolated', invert: false },
  post_processor: null,
  decoder: null,
  model: {
    type: 'WordLevel',
    vocab: vocabularyOf(['<unk>', ...letters, 'a', 'naïve']),
    unk_token: '<unk>',
  },
};

const wordPiece = {
  ...wordLevel,
  normalizer: {
    type: 'BertNormalizer',
    clean_text: true,
    handle_chinese_chars: true,
    strip_accents: null,
    lowercase: true,
  },
  pre_tokenizer: { type: 'BertPreTokenizer' },
  decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
  model: {
    type: 'WordPiece',
    unk_token: '[UNK]',
    continuing_subword_prefix: '##',
    max_input_chars_per_word: 100,
    vocab: vocabularyOf(['[UNK]', ...letters, ...letters.map((letter) => `##${letter}`)]),
  },
};

const unigram = {
  ...wordLevel,
  normalizer: null,
  pre_tokenizer: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true },
  decoder: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true },
  model: {
    type: 'Unigram',
    unk_id: 0,
    vocab: ['<unk>', '▁', ...letters].map((token, i) => [token, -i]),
  },
};

/** A text that is read under it has ids of its vocabulary, in bounded time. */
const tokenizer: Target = {
  name: 'tokenizer',
  form: 'json',
  seeds: () =>
    [trainBpe([sample.repeat(3)], { vocabSize: 300 }), wordLevel, wordPiece, unigram].map((json) =>
      Buffer.from(JSON.stringify(json)),
    ),
  async read(input, folder) {
    writeFileSync(join(folder, 'text.txt'), sample.repeat(40) + 'a'.repeat(5000));
    writeFileSync(join(folder, 'tokenizer.json'), input);
    const tokens = await loadTokens({
      source: join(folder, 'text.txt'),
      tokenizer: join(folder, 'tokenizer.json'),
    });
    for (const ids of [tokens.train, tokens.validation] as Int32Array[]) {
      must(ids.length > 0, 'it has no tokens');
      must(
        ids.every((id) => id >= 0 && id < tokens.vocabSize),
        'an id is outside of its vocabulary',
      );
    }
    must(tokens.vocabSize < 2 ** 24, `a model for it has ${tokens.vocabSize} rows`);
  },
};

export const tokenizers = [tokenizer];
