/** Sentences and their translations, line by line. */
export interface ParallelText {
  readonly source: readonly string[];
  readonly target: readonly string[];
}

/** A parallel corpus with its splits. */
export interface ParallelCorpus {
  readonly name: string;
  readonly attribution: string;
  readonly train: ParallelText;
  readonly validation: ParallelText;
  readonly test: ParallelText;
}
