import { studentFactor } from '../statistics/student.js';
import type { Summary } from '../statistics/summary.js';

/** 95% t interval of a mean over seeds; null with one. */
export function intervalOf({ n, mean, sd }: Summary): readonly [number, number] | null {
  if (n < 2) return null;
  const half = (studentFactor(n - 1) * sd) / Math.sqrt(n);
  return [mean - half, mean + half];
}
