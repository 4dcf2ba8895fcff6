import { selectTopK } from '@moekit/kernels';
import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { greater, max, mul, reshape, sum, tile, where } from '@tensorflow/tfjs-core';

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

/** Finite, so that it can be ranked; below every score. */
const CLOSED = -1e30;

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
  const [tokens, experts] = scores.shape;
  const size = experts / groups;
  return select(scores, (c) => {
    const open = selectTopK(groupScores(c, rule), keptGroups); // [T,G]
    const spread = tile<Tensor3D>(reshape(open, [tokens, groups, 1]), [1, 1, size]);
    return where(greater(reshape(spread, [tokens, experts]), 0), c, CLOSED);
  });
}

/** [T,E] -> [T,G] */
function groupScores(scores: Tensor2D, { groups, groupScore }: GroupRule): Tensor2D {
  const [tokens, experts] = scores.shape;
  const size = experts / groups;
  const rows: Tensor2D = reshape(scores, [tokens * groups, size]);
  const best =
    groupScore === 'best' || size === 1 ? max(rows, 1) : sum(mul(rows, selectTopK(rows, 2)), 1); // [T G]
  return reshape(best, [tokens, groups]);
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
