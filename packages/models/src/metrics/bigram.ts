import type { TokenSequence } from '@moekit/data';

/** Held-out loss of the reference model. */
export interface BigramReference {
  /** Nats per token. */
  readonly loss: number;
  /** Null where the tokenizer lost some of the text. */
  readonly bitsPerByte: number | null;
  /** Predicted tokens. */
  readonly tokens: number;
}

export interface BigramInput {
  readonly train: TokenSequence;
  readonly validation: TokenSequence;
  readonly vocabSize: number;
  /** Bytes per validation token, as in TokenData. */
  readonly bytesPerToken: number | null;
}

/** Of a longer split, that many tokens from its start: more say nothing new, and take minutes. */
const LONGEST = 2 ** 26;

/** Tokens read at once. */
const BLOCK = 2 ** 20;

/** Pairs counted in an array rather than in a map, which takes ten times as long. */
const LARGEST_TABLE = 2 ** 24;

/**
 * An add-one-smoothed bigram model, counted on the training split and scored on the validation split: on all of them, or
 * the first 67 million tokens of each.
 * Formula:  P(b | a) = (count(a, b) + 1) / (count(a) + V)
 */
export function bigramReference({ train, validation, ...data }: BigramInput): BigramReference {
  const { vocabSize, bytesPerToken } = data;
  const pairs = counter(vocabSize ** 2);
  const firsts = counter(vocabSize);
  eachPair(train, (first, second) => {
    pairs.add(first * vocabSize + second);
    firsts.add(first);
  });
  let nats = 0;
  const tokens = eachPair(validation, (first, second) => {
    const together = pairs.of(first * vocabSize + second);
    nats -= Math.log((together + 1) / (firsts.of(first) + vocabSize));
  });
  const loss = nats / tokens;
  const bitsPerByte = bytesPerToken === null ? null : loss / Math.LN2 / bytesPerToken;
  return { loss, bitsPerByte, tokens };
}

/** Calls with each token and the one after it. @returns how often */
function eachPair(sequence: TokenSequence, call: (first: number, second: number) => void): number {
  const last = Math.min(sequence.length, LONGEST) - 1;
  for (let at = 0; at < last; at += BLOCK) {
    const block = sequence.slice(at, Math.min(at + BLOCK, last) + 1);
    for (let i = 1; i < block.length; i++) call(block[i - 1]!, block[i]!);
  }
  return last;
}

function counter(size: number): { add(key: number): void; of(key: number): number } {
  if (size <= LARGEST_TABLE) {
    const table = new Uint32Array(size);
    return { add: (key) => void table[key]!++, of: (key) => table[key] ?? 0 };
  }
  const map = new Map<number, number>();
  return {
    add: (key) => void map.set(key, (map.get(key) ?? 0) + 1),
    of: (key) => map.get(key) ?? 0,
  };
}
