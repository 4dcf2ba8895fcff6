import type { Matrix } from '../support.js';
import { balance, firstChoiceShares, ranked, softmax } from './basics.js';

/** Algorithm 1 of GShard, two passes with a counter for each expert; `mesh` counts accepted second choices only. */
export function gshardReference(
  logits: Matrix,
  { capacity, u, variant }: { capacity: number; u: readonly number[]; variant: 'paper' | 'mesh' },
) {
  const experts = logits[0]!.length;
  const counter = new Array<number>(experts).fill(0);
  const weights = logits.map(() => new Array<number>(experts).fill(0));
  const choices = logits.map((z) => {
    const p = softmax(z);
    const [first, second] = ranked(z) as [number, number];
    return { first, second, g1: p[first]! / (p[first]! + p[second]!) };
  });
  choices.forEach(({ first, g1 }, t) => {
    if (counter[first]! < capacity) weights[t]![first] = g1;
    counter[first]!++;
  });
  if (variant === 'mesh') counter.forEach((c, e) => (counter[e] = Math.min(c, capacity)));
  choices.forEach(({ second, g1 }, t) => {
    const accepted = 2 * (1 - g1) > u[t]!;
    if (counter[second]! < capacity && accepted) weights[t]![second] = 1 - g1;
    if (variant === 'paper' || accepted) counter[second]!++;
  });
  const scale = variant === 'paper' ? 1 / experts : experts;
  return { combineWeights: weights, balance: balance(logits, firstChoiceShares(logits), scale) };
}
