export type {
  LoadProgress,
  TextSource,
  TokenData,
  TokenLabels,
  TokenSequence,
  Tokenizer,
} from './contract.js';
export { dataErrors } from './errors.js';
export { numberWords } from './parallel/number-words.js';
export type { ParallelCorpus, ParallelText } from './parallel/parallel-corpus.js';
export { DIGIT_SIDE } from './pictures/digit-set.js';
export type { Digits } from './pictures/digit-set.js';
export { sha256 } from '#sha256';
export { tokenize } from './tokenize.js';
export { bpeTokenizer } from './tokenizers/bpe/bpe-tokenizer.js';
export type { TokenizerJson } from './tokenizers/bpe/tokenizer-json.js';
export { trainBpe } from './tokenizers/bpe/train-bpe.js';
export type { BpeOptions } from './tokenizers/bpe/train-bpe.js';
export { byteTokenizer } from './tokenizers/byte-tokenizer.js';
export { huggingFaceTokenizer } from './tokenizers/hugging-face-tokenizer.js';
