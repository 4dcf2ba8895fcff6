import { sha256 } from '#sha256';

import type { TextSource, TokenData, Tokenizer } from '../contract.js';
import { tokenize } from '../tokenize.js';
import { joined } from '../tokenizers/joined.js';

/**
 * Several texts as one, each token labelled with the text that it is of. Each text is encoded by itself, so no token is of two.
 * @param name of the whole      @throws what `tokenize` throws
 */
export function tokenizeLabelled(
  name: string,
  texts: readonly TextSource[],
  tokenizer: Tokenizer,
): TokenData {
  const parts = texts.map((text) => tokenize(text, tokenizer));
  const split = (of: 'train' | 'validation') => joined(parts.map((part) => idsOf(part[of])));
  const labels = (of: 'train' | 'validation') =>
    joined(parts.map((part, label) => new Int32Array(part[of].length).fill(label)));
  const bytes = texts.reduce((sum, { validation }) => sum + validation.length, 0);
  const validation = split('validation');
  return {
    name,
    attribution: texts.map((text) => `${text.name}: ${text.attribution}`).join(' '),
    tokenizer: tokenizer.name,
    vocabSize: tokenizer.vocabSize,
    train: split('train'),
    validation,
    labels: {
      names: texts.map((text) => text.name),
      train: labels('train'),
      validation: labels('validation'),
    },
    bytesPerToken: parts.every((part) => part.bytesPerToken !== null)
      ? bytes / validation.length
      : null,
    hash: sha256(parts.map((part, i) => `${texts[i]!.name}\n${part.hash}\n`)),
    ...(tokenizer.file !== undefined && { tokenizerFile: tokenizer.file }),
  };
}

const idsOf = (tokens: TokenData['train']) => Int32Array.from(tokens.slice(0, tokens.length));
