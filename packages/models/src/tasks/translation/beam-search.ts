/** A finished translation. */
export interface Hypothesis {
  /** Ids without start and end. */
  readonly ids: readonly number[];
  /** Sum of log probabilities, the end's among them. */
  readonly logProb: number;
  /** logProb / length^lengthPenalty, the end counted. */
  readonly score: number;
}

/** The candidates for the next token in each row. */
export interface NextTokens {
  /** Candidates of each row. */
  readonly width: number;
  /** [R*width] ids, most probable first. */
  readonly ids: ArrayLike<number>;
  /** [R*width] */
  readonly logProbs: ArrayLike<number>;
  /** [R] log probability of the end. */
  readonly endLogProbs: ArrayLike<number>;
}

/**
 * Reads one token more of each row and says what may follow.
 * @param tokens [R] rows of a sentence side by side      @param parents [R] which row each continues; absent at first
 */
export type NextTokensOf = (tokens: Int32Array, parents?: Int32Array) => Promise<NextTokens>;

export interface BeamOptions {
  /** K; 1 is greedy search. */
  readonly beamSize: number;
  /** Scores are divided by length to this power: 0 favours short translations, 1 is the mean. */
  readonly lengthPenalty: number;
  /** [B] most tokens of each translation, the end counted. */
  readonly maxLengths: readonly number[];
  readonly start: number;
  readonly end: number;
}

interface Beam {
  readonly ids: readonly number[];
  readonly logProb: number;
  /** Row that it continues. */
  readonly parent: number;
}

/**
 * Beam search over sentences at once: the K best continuations of each are kept, an end among the K best finishes a
 * translation, and a sentence is done when K are finished or no open one can pass the best. At its length limit a
 * translation can only end.
 * @returns finished translations of each sentence, best first; at least one
 */
export async function beamSearch(
  next: NextTokensOf,
  options: BeamOptions,
): Promise<Hypothesis[][]> {
  const searches = options.maxLengths.map((maxLength) => new Search(options, maxLength));
  let rows = { tokens: firstTokens(options), parents: undefined as Int32Array | undefined };
  while (searches.some((search) => !search.done)) {
    const scores = await next(rows.tokens, rows.parents);
    searches.forEach((search, s) => search.advance(scores, s * options.beamSize));
    rows = nextRows(searches, options);
  }
  return searches.map((search) => search.finished());
}

function firstTokens({ maxLengths, beamSize, start }: BeamOptions): Int32Array {
  return new Int32Array(maxLengths.length * beamSize).fill(start);
}

function nextRows(searches: readonly Search[], { beamSize, end }: BeamOptions) {
  const tokens = new Int32Array(searches.length * beamSize).fill(end);
  const parents = Int32Array.from(tokens.keys());
  searches.forEach((search, s) =>
    search.beams.forEach((beam, k) => {
      tokens[s * beamSize + k] = beam.ids.at(-1)!;
      parents[s * beamSize + k] = beam.parent;
    }),
  );
  return { tokens, parents };
}

/** The search of one sentence. */
class Search {
  beams: readonly Beam[] = [{ ids: [], logProb: 0, parent: 0 }];
  done = false;
  readonly #options: BeamOptions;
  readonly #maxLength: number;
  readonly #finished: Hypothesis[] = [];

  constructor(options: BeamOptions, maxLength: number) {
    this.#options = options;
    this.#maxLength = maxLength;
  }

  /** @param firstRow of this sentence among all rows */
  advance(scores: NextTokens, firstRow: number): void {
    if (this.done) return;
    const { beamSize, end } = this.#options;
    const last = this.beams[0]!.ids.length + 1 >= this.#maxLength;
    const candidates = this.beams.flatMap((beam, k) =>
      last ? [this.#ending(beam, scores, firstRow + k)] : continued(beam, scores, firstRow + k),
    );
    candidates.sort((a, b) => b.logProb - a.logProb); // stable: ties go to the better beam, then the better rank
    const open: Beam[] = [];
    candidates.forEach((candidate, rank) => {
      const ends = candidate.ids.at(-1) === end;
      if (ends && (rank < beamSize || last)) this.#finish(candidate);
      if (!ends && open.length < beamSize) open.push(candidate);
    });
    this.beams = open;
    this.done = last || open.length === 0 || this.#enough(open[0]!);
  }

  finished(): Hypothesis[] {
    return this.#finished.toSorted((a, b) => b.score - a.score);
  }

  #ending({ ids, logProb }: Beam, { endLogProbs }: NextTokens, row: number): Beam {
    const { end } = this.#options;
    return { ids: [...ids, end], logProb: logProb + endLogProbs[row]!, parent: row };
  }

  #finish({ ids, logProb }: Beam): void {
    const score = logProb / ids.length ** this.#options.lengthPenalty;
    this.#finished.push({ ids: ids.slice(0, -1), logProb, score });
  }

  /** Log probabilities only fall, so an open translation scores at most as if it were as long as allowed. */
  #enough({ logProb }: Beam): boolean {
    const { beamSize, lengthPenalty } = this.#options;
    if (this.#finished.length >= beamSize) return true;
    const best = Math.max(...this.#finished.map(({ score }) => score));
    return best >= logProb / this.#maxLength ** lengthPenalty;
  }
}

function continued({ ids, logProb }: Beam, scores: NextTokens, row: number): Beam[] {
  return Array.from({ length: scores.width }, (_, i) => {
    const at = row * scores.width + i;
    const id = scores.ids[at]!;
    return { ids: [...ids, id], logProb: logProb + scores.logProbs[at]!, parent: row };
  });
}
