/** Held-out loss of the reference model. */
export interface BigramReference {
  /** Nats per token. */
  readonly loss: number;
  readonly bitsPerByte: number;
  /** Predicted tokens. */
  readonly tokens: number;
}

export interface BigramInput {
  readonly train: ArrayLike<number>;
  readonly validation: ArrayLike<number>;
  readonly vocabSize: number;
  /** Bytes per validation token. */
  readonly bytesPerToken: number;
}

/**
 * An add-one-smoothed bigram model, counted on the training split and scored on the whole validation split.
 * Formula:  P(b | a) = (count(a, b) + 1) / (count(a) + V)
 */
export function bigramReference({ train, validation, ...data }: BigramInput): BigramReference {
  const { vocabSize, bytesPerToken } = data;
  const pairs = new Map<number, number>();
  const firsts = new Map<number, number>();
  for (let i = 1; i < train.length; i++) {
    count(pairs, train[i - 1]! * vocabSize + train[i]!);
    count(firsts, train[i - 1]!);
  }
  let nats = 0;
  for (let i = 1; i < validation.length; i++) {
    const first = validation[i - 1]!;
    const together = pairs.get(first * vocabSize + validation[i]!) ?? 0;
    nats -= Math.log((together + 1) / ((firsts.get(first) ?? 0) + vocabSize));
  }
  const tokens = validation.length - 1;
  const loss = nats / tokens;
  return { loss, bitsPerByte: loss / Math.LN2 / bytesPerToken, tokens };
}

function count(counts: Map<number, number>, key: number): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
