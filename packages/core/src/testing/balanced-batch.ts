import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import { add, tensor, tidy } from '@tensorflow/tfjs-core';

import type { Router } from '../contract/router.js';
import { createRng, normalArray } from '../contract/rng.js';
import type { Batch } from './batch.js';
import { pickTokens, randomBatch } from './batch.js';
import type { ReadRouting } from './read-routing.js';
import { routeBatch } from './read-routing.js';
import type { Subject } from './subject.js';
import { ContractViolation } from './violation.js';

const TINY = 1e-3;

/**
 * Uniform routing through the public contract alone. Tokens of tiny scale make the logits, and so the probabilities,
 * all but equal. Tokens are then taken from a large pool one by one, each time the one that best evens out the counts of
 * the experts (in all, and as first choice). Gates that start at zero are given tiny random weights
 * first, for equal logits are tied and ties all go to expert 0.
 * @throws ContractViolation when the pool has no balanced subset: the router then needs `skip: { losses: reason }`
 */
export function balancedBatch(router: Router, subject: Subject): Batch {
  router.variables().forEach((v, i) => stirZeros(v, subject.spec.modelWidth, i));
  const experts = router.numExperts;
  const pool = randomBatch(subject, 64 * experts, { seed: 11, scale: TINY });
  const chosen = evenSubset(routeBatch(router, pool, { dropFree: true }), 16 * experts);
  const batch = pickTokens(pool, chosen);
  assertEven(routeBatch(router, batch, { dropFree: true }));
  return batch;
}

/** Gives an all-zero weight matrix of the gate's input side N(0, 1e-6) values. */
function stirZeros(v: Variable, modelWidth: number, index: number): void {
  if (v.shape[0] !== modelWidth || v.rank < 2) return;
  if (v.dataSync<'float32'>().some((w) => w !== 0)) return;
  const noise = normalArray(createRng(23 + index), v.size, TINY);
  tidy(() => v.assign(add(v as Tensor, tensor(noise, v.shape))));
}

/** Greedy: the token whose choices lower the sum of squared counts most comes next. */
function evenSubset({ selectionMask, logits, tokens, experts }: ReadRouting, size: number) {
  const counts = new Float64Array(2 * experts);
  const choices = Array.from({ length: tokens }, (_, t) => {
    const row = logits.subarray(t * experts, (t + 1) * experts);
    const selected = [...selectionMask.subarray(t * experts, (t + 1) * experts).keys()].filter(
      (e) => selectionMask[t * experts + e] === 1,
    );
    return [...selected, experts + row.indexOf(Math.max(...row))];
  });
  const left = new Set(choices.keys());
  const taken: number[] = [];
  // Raw counts grow by the same amount for equally many choices, so the mean load of a token's choices ranks them.
  const cost = (t: number) =>
    choices[t]!.reduce((sum, c) => sum + 2 * counts[c]! + 1, 0) / choices[t]!.length;
  while (taken.length < size) {
    let best = -1;
    for (const t of left) if (best < 0 || cost(t) < cost(best)) best = t;
    left.delete(best);
    taken.push(best);
    choices[best]!.forEach((c) => counts[c]!++);
  }
  return taken;
}

/** Even choices make a loss uniform whatever the probabilities, equal probabilities whatever the choices. */
function assertEven({ selectionMask, probs, logits, tokens, experts }: ReadRouting): void {
  const first = new Float64Array(experts);
  const selected = new Float64Array(experts);
  let spread = 0;
  for (let t = 0; t < tokens; t++) {
    const row = logits.subarray(t * experts, (t + 1) * experts);
    first[row.indexOf(Math.max(...row))]!++;
    for (let e = 0; e < experts; e++) selected[e]! += selectionMask[t * experts + e]!;
    const p = probs.subarray(t * experts, (t + 1) * experts);
    spread = Math.max(spread, Math.max(...p) / Math.max(Math.min(...p), 1e-30) - 1);
  }
  if ((peak(first) <= 1.1 && peak(selected) <= 1.1) || spread <= 0.02) return;
  throw new ContractViolation({
    asked: 'The check of losses needs a batch that the router spreads evenly over the experts',
    got: `[${selected.join(', ')}] choices ([${first.join(', ')}] first ones) of the most even batch found`,
    fix: "If the router cannot be uniform, skip this check with a reason: skip: { losses: '...' }.",
  });
}

/** Largest over mean. */
function peak(counts: Float64Array): number {
  return (Math.max(...counts) * counts.length) / counts.reduce((sum, c) => sum + c, 0);
}
