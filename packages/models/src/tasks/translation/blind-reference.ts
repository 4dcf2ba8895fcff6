import type { Metrics } from '../../contract.js';
import { bigramReference } from '../../metrics/bigram.js';
import type { TokenPair } from './pairs.js';
import { END } from './pairs.js';

/**
 * A reference that ignores the source: each target token by the one before it, counted on the training pairs
 * with one added to each count, and scored on the validation pairs.
 */
export function blindReference(
  { train, validation }: Readonly<Record<'train' | 'validation', readonly TokenPair[]>>,
  vocabSize: number,
): Metrics {
  const { loss } = bigramReference({
    train: targets(train),
    validation: targets(validation),
    vocabSize,
    bytesPerToken: 1,
  });
  return { loss, perplexity: Math.exp(loss) };
}

/** One sentence after another; one ends where the next begins. */
function targets(pairs: readonly TokenPair[]): Int32Array {
  return Int32Array.from([END, ...pairs.flatMap(({ target }) => [...target, END])]);
}
