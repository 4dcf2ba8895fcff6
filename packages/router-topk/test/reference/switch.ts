import type { Matrix } from '../support.js';
import { argmax, balance, firstChoiceShares, softmax } from './basics.js';

/** Switch as the paper tells it: tokens in order, one expert each, a counter for each expert. */
export function switchReference(logits: Matrix, capacity: number) {
  const taken = logits[0]!.map(() => 0);
  const combineWeights = logits.map((z) => {
    const expert = argmax(z);
    const fits = taken[expert]!++ < capacity;
    return softmax(z).map((p, e) => (e === expert && fits ? p : 0));
  });
  const fractions = firstChoiceShares(logits);
  return { combineWeights, fractions, balance: balance(logits, fractions, fractions.length) };
}
