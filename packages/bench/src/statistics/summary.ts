import { assertKinds } from '@moekit/core';

/** A mean over seeds with its spread. */
export interface Summary {
  readonly n: number;
  readonly mean: number;
  /** Sample standard deviation (n - 1); 0 with one value, NaN where a value is not finite. */
  readonly sd: number;
}

/** @param values at least one number; what is not finite makes the mean so too */
export function summarise(values: readonly number[]): Summary {
  assertKinds('summarise', { values }, { values: 'numbers' });
  const n = values.length;
  const mean = meanOf(values);
  if (n < 2) return { n, mean, sd: 0 };
  const sd = Number.isFinite(mean) ? spread(values.map((value) => value - mean)) : Number.NaN;
  return { n, mean, sd };
}

/** NaN without values. A sum beyond the largest number is taken in parts. */
export function meanOf(values: readonly number[]): number {
  const whole = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (Number.isFinite(whole) || !values.every(Number.isFinite)) return whole;
  return values.reduce((sum, value) => sum + value / values.length, 0);
}

/** Scaled where a square would be beyond the largest number. */
function spread(deviations: readonly number[]): number {
  const variance = deviations.reduce((sum, d) => sum + d ** 2, 0) / (deviations.length - 1);
  if (Number.isFinite(variance)) return Math.sqrt(variance);
  const most = Math.max(...deviations.map(Math.abs));
  const scaled = deviations.reduce((sum, d) => sum + (d / most) ** 2, 0);
  return most * Math.sqrt(scaled / (deviations.length - 1));
}

/** The middle value; the mean of the two middle ones for an even count. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The first and the third quartile, by the nearest rank. */
export function quartiles(values: readonly number[]): readonly [number, number] {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))]!;
  return [at(0.25), at(0.75)];
}
