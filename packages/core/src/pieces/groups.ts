import { selectTopK } from '@moekit/kernels';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { add, matMul, max, mul, reshape, step, sub, sum, tensor2d } from '@tensorflow/tfjs-core';

import {
  assertMembers,
  assertNumber,
  assertTensor,
  assertWord,
} from '../arguments/assert-arguments.js';
import { fail } from '../errors.js';
import { select } from '../routing/select.js';

/** Experts in equal groups of neighbours, of which a token may use a few. */
export interface GroupRule {
  /** G, a divisor of E. */
  readonly groups: number;
  /** Groups that stay open to a token; all of them set no limit. */
  readonly keptGroups: number;
  /** A group's worth: its best expert (DeepSeek-V2), or the sum of its two best (DeepSeek-V3). */
  readonly groupScore: 'best' | 'two-best';
}

/** Finite, so that it can be ranked; taken away from a score it leaves less than any other. */
const CLOSED = 1e30;

/**
 * Scores in which the experts of a token's weaker groups rank below all others.
 * Formula:  c'_te = c_te for the experts of the `keptGroups` groups with the highest max c (2405.04434 section 2.1.3) or
 *   sum of the two highest c (2412.19437 section 2.1.2), else lowest
 * @param scores float32 [T,E]      @returns float32 [T,E], a constant for `topExperts`; ties go to the lower group
 * @throws MOE_OPTIONS when the groups do not fit E
 */
export function withinGroups(scores: Tensor2D, rule: GroupRule): Tensor2D {
  assertTensor('scores of withinGroups', scores, ['T', 'E']);
  assertGroups(rule, scores.shape[1]);
  const { groups, keptGroups } = rule;
  if (groups === keptGroups) return scores;
  const experts = scores.shape[1];
  return select(scores, (c) => {
    const open = selectTopK(groupScores(c, rule), keptGroups); // [T,G]
    return add(c, mul(sub(matMul(open, membership(groups, experts)), 1), CLOSED)); // c + 0 is c
  });
}

/** float32 [G,E] of 0/1: which experts a group has. As a product it is quicker than a repeated column. */
function membership(groups: number, experts: number): Tensor2D {
  const size = experts / groups;
  const values = Float32Array.from(
    { length: groups * experts },
    (_, i) => +(Math.floor((i % experts) / size) === Math.floor(i / experts)),
  );
  return tensor2d(values, [groups, experts]);
}

/** [T,E] -> [T,G] */
function groupScores(scores: Tensor2D, { groups, groupScore }: GroupRule): Tensor2D {
  const [tokens, experts] = scores.shape;
  const size = experts / groups;
  const rows: Tensor2D = reshape(scores, [tokens * groups, size]);
  const best = groupScore === 'best' || size === 1 ? max(rows, 1) : twoBest(rows); // [T G]
  return reshape(best, [tokens, groups]);
}

/** The sum of the two highest of each row, which may be equal. [n,m] -> [n,1] */
function twoBest(rows: Tensor2D): Tensor2D {
  const best: Tensor2D = max(rows, 1, true);
  const isBest = sub(1, step(sub(best, rows))); // [n,m]
  const others: Tensor2D = max(sub(rows, mul(isBest, CLOSED)), 1, true);
  const isShared = step(sub(sum(isBest, 1, true), 1)); // [n,1]
  return add(best, add(mul(best, isShared), mul(others, sub(1, isShared))));
}

/**
 * Held against the layer where a router is made.
 * @throws MOE_OPTIONS naming the option
 */
export function assertGroups(rule: GroupRule, numExperts: number): void {
  assertMembers('withinGroups', rule, ['groups', 'keptGroups', 'groupScore']);
  const { groups, keptGroups, groupScore } = rule;
  assertNumber('groups', groups, { min: 1, max: numExperts, whole: true });
  assertNumber('keptGroups', keptGroups, { min: 1, max: groups, whole: true });
  assertWord('groupScore', groupScore, ['best', 'two-best']);
  if (numExperts % groups === 0) return;
  throw fail('MOE_OPTIONS', {
    asked: `groups must divide the ${numExperts} experts of the layer`,
    got: `groups = ${groups}`,
    fix: 'Choose a divisor, or 1 for no groups.',
  });
}
