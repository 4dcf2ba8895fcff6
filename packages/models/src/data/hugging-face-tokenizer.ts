import { Tokenizer as HuggingFace } from '@huggingface/tokenizers';

import type { Tokenizer } from '../contract.js';
import { fail } from '../errors.js';

/**
 * The tokenizer of a Hugging Face model.
 * No special tokens are added. Ids map back to the bytes they came from as far as the tokenizer itself is lossless.
 * @param json the parsed content of a `tokenizer.json`      @param name shown in results and part of the data's hash
 * @throws MODELS_TOKENIZER when the file is not a tokenizer, or uses something the library lacks
 */
export function huggingFaceTokenizer(json: unknown, name = 'hugging-face'): Tokenizer {
  const tokenizer = parse(json, name);
  const ids = [
    ...tokenizer.get_vocab(true).values(),
    ...tokenizer.get_added_tokens_decoder().keys(),
  ];
  return {
    name,
    vocabSize: ids.reduce((highest, id) => Math.max(highest, id), -1) + 1,
    encode: (text) =>
      Int32Array.from(
        tokenizer.encode(new TextDecoder().decode(text), { add_special_tokens: false }).ids,
      ),
    // the library refuses to decode nothing
    decode: (tokens) =>
      new TextEncoder().encode(tokens.length === 0 ? '' : tokenizer.decode(Array.from(tokens))),
  };
}

function parse(json: unknown, name: string): HuggingFace {
  try {
    return new HuggingFace(json as object, { clean_up_tokenization_spaces: false });
  } catch (cause) {
    throw fail('MODELS_TOKENIZER', {
      asked: `Tokenizer ${name} must be the parsed content of a tokenizer.json`,
      got: cause instanceof Error ? cause.message : String(cause),
      fix: 'Pass the whole JSON of the file, as written by the tokenizers library.',
      cause,
    });
  }
}
