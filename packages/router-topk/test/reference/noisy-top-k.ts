import type { Matrix } from '../support.js';
import { columnSums, mean, ranked, softmax, sum } from './basics.js';

export interface NoisyInputs {
  readonly clean: Matrix;
  readonly noise: Matrix;
  readonly eps: Matrix;
  readonly k: number;
}

/** Noisy top-k with eq. 9 literally: the k-th highest of H without the expert itself. */
export function noisyTopKReference({ clean, noise, eps, k }: NoisyInputs) {
  const spread = noise.map((row) => row.map((s) => Math.log1p(Math.exp(s))));
  const noisy = clean.map((row, t) => row.map((z, e) => z + eps[t]![e]! * spread[t]![e]!));
  const gates = noisy.map((h) => {
    const top = ranked(h).slice(0, k);
    const weights = softmax(top.map((e) => h[e]!));
    return h.map((_, e) => (top.includes(e) ? weights[top.indexOf(e)]! : 0));
  });
  const chances = clean.map((row, t) =>
    row.map((z, e) => {
      const others = noisy[t]!.filter((_, j) => j !== e).sort((a, b) => b - a);
      return phi((z - others[k - 1]!) / spread[t]![e]!);
    }),
  );
  return { noisy, gates, chances, importance: columnSums(gates), load: columnSums(chances) };
}

export function squaredVariation(loads: readonly number[], variance: 'population' | 'sample') {
  const average = mean(loads);
  const freedom = loads.length - (variance === 'sample' ? 1 : 0);
  return sum(loads.map((x) => (x - average) ** 2)) / freedom / average ** 2;
}

/** Distribution function of N(0,1) by the series x + x^3/3 + x^5/15 + ..., to float64 accuracy for |x| < 6. */
function phi(x: number): number {
  let term = x;
  let total = x;
  for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(total) && n < 500; n++) {
    term *= (x * x) / (2 * n + 1);
    total += term;
  }
  return 0.5 + (total * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI);
}
