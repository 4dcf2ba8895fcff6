import type { Matrix } from '../support.js';

/** Plain float64 numbers and loops, written from the papers; no tensors and nothing of the package. */
export const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

export const mean = (values: readonly number[]) => sum(values) / values.length;

export const column = (rows: Matrix, e: number) => rows.map((row) => row[e]!);

export const columnSums = (rows: Matrix) => rows[0]!.map((_, e) => sum(column(rows, e)));

export const columnMeans = (rows: Matrix) => columnSums(rows).map((s) => s / rows.length);

export function softmax(z: readonly number[]): number[] {
  const max = Math.max(...z);
  const powers = z.map((value) => Math.exp(value - max));
  return powers.map((p) => p / sum(powers));
}

/** Expert ids by falling value, the lower id first among equals. */
export const ranked = (z: readonly number[]) =>
  z.map((_, e) => e).sort((a, b) => z[b]! - z[a]! || a - b);

export const argmax = (z: readonly number[]) => ranked(z)[0]!;

export const logSumExp = (z: readonly number[]) => Math.log(sum(z.map(Math.exp)));

export const zLoss = (logits: Matrix) => mean(logits.map((z) => logSumExp(z) ** 2));

/** Share of the tokens whose first choice is e. */
export const firstChoiceShares = (logits: Matrix) =>
  logits[0]!.map((_, e) => logits.filter((z) => argmax(z) === e).length / logits.length);

/** scale * sum_e f_e P_e with the fractions given, as constants. */
export const balance = (logits: Matrix, fractions: readonly number[], scale: number) =>
  scale * sum(columnMeans(logits.map(softmax)).map((p, e) => p * fractions[e]!));
