/** Both rules in plain float64 numbers, loop by loop. */

export type Matrix = number[][];

const sum = (numbers: readonly number[]) => numbers.reduce((total, n) => total + n, 0);
const mean = (numbers: readonly number[]) => sum(numbers) / numbers.length;
const relu = (z: number) => Math.max(z, 0);
const column = (matrix: Matrix, e: number) => matrix.map((row) => row[e]!);

/** weights r, the experts each token opens, and sum_e f_e mean_t r_te with f_e = E count_e / (k T). */
export function remoeReference(logits: Matrix, k: number) {
  const [T, E] = [logits.length, logits[0]!.length];
  const weights = logits.map((row) => row.map(relu));
  const open = weights.map((row) => row.map((r) => (r > 0 ? 1 : 0)));
  const fractions = Array.from({ length: E }, (_, e) => (E * sum(column(open, e))) / (k * T));
  const loss = sum(fractions.map((f, e) => f * mean(column(weights, e))));
  return { weights, open, fractions, loss };
}

/** One step of lambda, written with sparsities, as in the paper. */
export function lambdaReference(
  lambda: number,
  { pairs, tokens, experts }: { pairs: number; tokens: number; experts: number },
  { k, alpha }: { k: number; alpha: number },
): number {
  const sparsity = 1 - pairs / (tokens * experts);
  const wanted = 1 - k / experts;
  return lambda * alpha ** Math.sign(wanted - sparsity);
}

export function shareReference(logits: Matrix): Matrix {
  return logits.map((row) => {
    const heights = row.map(relu);
    const whole = sum(heights);
    return heights.map((r) => (whole > 0 ? r / whole : 1 / row.length));
  });
}

export function blockFfnReference(logits: Matrix, scale: readonly number[], epsilon: number) {
  return logits.map((row) => {
    const size = Math.sqrt(mean(row.map((z) => relu(z) ** 2)) + epsilon);
    return row.map((z, e) => (scale[e]! * relu(z)) / size);
  });
}

/** BCE of a token's open gates with its successor's, both read through a steep sigmoid; logarithms written out. */
export function localityReference(sequences: Matrix[], steepness: number, mask?: number[][]) {
  const terms = sequences.flatMap((rows, b) =>
    rows.slice(1).flatMap((right, t) => {
      if (mask && !(mask[b]![t]! && mask[b]![t + 1]!)) return [];
      return rows[t]!.map((left, e) => {
        const p = 1 / (1 + Math.exp(-steepness * left));
        const q = 1 / (1 + Math.exp(-steepness * right[e]!));
        return -q * Math.log(p) - (1 - q) * Math.log(1 - p);
      });
    }),
  );
  return mean(terms);
}

/** The chance that an expert is needed somewhere in a chunk, if tokens chose by their shares; chunks of padding do not count. */
export function chunkReference(sequences: Matrix[], chunkLength: number, mask?: number[][]) {
  const needed = sequences.flatMap((rows, b) => {
    const starts = rows.map((_, t) => t).filter((t) => t % chunkLength === 0);
    return starts.flatMap((start) => {
      const tokens = rows
        .map((p, t) => ({ p, real: mask ? mask[b]![t]! : 1 }))
        .slice(start, start + chunkLength)
        .filter(({ real }) => real);
      if (tokens.length === 0) return [];
      return rows[0]!.map(
        (_, e) => 1 - tokens.reduce((left, { p }) => left * (1 - p[e]! + 1e-5), 1),
      );
    });
  });
  return mean(needed);
}
