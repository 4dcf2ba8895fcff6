import { studentQuantile } from './distributions.js';
import type { Summary } from './summary.js';

/**
 * 95% t interval of a mean over seeds; null with one, and where a value is not finite.
 * Formula:  mean +- t_{0.975, n-1} sd / sqrt(n)
 */
export function intervalOf({ n, mean, sd }: Summary): readonly [number, number] | null {
  if (n < 2) return null;
  const half = (studentQuantile(0.975, n - 1) * sd) / Math.sqrt(n);
  return Number.isFinite(half) ? [mean - half, mean + half] : null;
}
