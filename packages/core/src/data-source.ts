import type { Rng } from './contract/rng.js';

/** A source of batches. Model and source agree between them on the form of a batch. */
export interface DataSource<Batch = unknown> {
  readonly name: string;
  /**
   * One pass over a split, in an order drawn from `rng`: the same seed gives the same batches.
   * @returns an iterable that may be left early
   */
  batches(split: 'train' | 'test', rng: Rng): Iterable<Batch>;
}
