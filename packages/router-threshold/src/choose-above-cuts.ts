import type { RouteContext } from '@moekit/core';
import { assertFinite, countTokens, select, selectTopK } from '@moekit/core';
import type { ExpertCuts } from '@moekit/core/pieces';
import { aboveCuts, topExperts } from '@moekit/core/pieces';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { greater, transpose, where } from '@tensorflow/tfjs-core';

/** The rule before there are cuts, and its duration. */
export interface CutRule {
  /** k */
  readonly expertsPerToken: number;
  readonly warmUpSteps: number;
  readonly warmUp: 'token-choice' | 'expert-choice';
}

/**
 * Each expert's choice by its cut; in training before `warmUpSteps` steps, and at evaluation before the first, by the
 * warm-up's rule instead. Evaluation never looks across tokens.
 * @param logits float32 [T,E]      @returns float32 [T,E] of 0/1, a constant, padding included
 */
export function chooseAboveCuts(
  logits: Tensor2D,
  cuts: ExpertCuts,
  rule: CutRule,
  context: RouteContext,
): Tensor2D {
  const experts = logits.shape[1];
  if (cuts.steps() >= (context.training ? rule.warmUpSteps : 1)) {
    assertFinite(logits);
    return aboveCuts(logits, cuts.cuts());
  }
  if (context.training && rule.warmUp === 'expert-choice') {
    return expertChoice(logits, rule.expertsPerToken / experts, context.tokenMask);
  }
  return topExperts(logits, Math.max(1, Math.round(rule.expertsPerToken)));
}

/** Below every score. */
const LAST = -1e30;

/** Each expert the `share` of the tokens that score highest (2202.09368), padding left out. */
function expertChoice(logits: Tensor2D, share: number, tokenMask?: Tensor1D): Tensor2D {
  const tokens = countTokens(logits.shape[0], tokenMask);
  const taken = Math.max(1, Math.round(share * tokens));
  return select(logits, (z) => {
    const columns: Tensor2D = transpose(z); // [E,T]
    const real = tokenMask ? where(greater(tokenMask, 0), columns, LAST) : columns;
    return transpose(selectTopK(real as Tensor2D, taken));
  });
}
