import type { Tokenizer } from '../../contract.js';
import { huggingFaceTokenizer } from '../hugging-face-tokenizer.js';
import type { TokenizerJson } from './tokenizer-json.js';

/** A byte-level BPE tokenizer. @param json as `trainBpe` makes it      @throws DATA_TOKENIZER */
export function bpeTokenizer(json: TokenizerJson, name: string): Tokenizer {
  return huggingFaceTokenizer(json, name);
}
