import type { Rank, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { neg, slice, tidy, zeros } from '@tensorflow/tfjs-core';

import { stopGradient } from '@moekit/kernels';

import { assertNumber, assertObject, assertTensor } from '../arguments/assert-arguments.js';
import type { RouteContext } from '../contract/router.js';
import type { RouterState } from '../contract/router-state.js';
import type { Routing } from '../contract/routing.js';
import { countTokens } from '../routing/token-mask.js';
import { exactCuts } from './exact-cuts.js';
import { assignNumbers, createNumbers, numbersOf } from './known-numbers.js';

export interface ExpertCutsRule {
  /** k, the mean over the tokens; need not be whole. */
  readonly expertsPerToken: number;
  /** Weight of the past in the exponential mean, in [0, 1). 0 keeps the last step's cut alone. */
  readonly decay: number;
}

/** For each expert the score from which it takes a token. */
export interface ExpertCuts extends RouterState {
  /** float32 [E], a constant; zeros until a step was seen. */
  cuts(): Tensor1D;
  /** Steps that the cuts were taken from. */
  steps(): number;
  /** @param scores float32 [T,E]      @returns what afterStep needs of a training pass */
  statistics(scores: Tensor2D, context: RouteContext): Pick<Routing, 'statistics'>;
}

/**
 * Cuts that would have given each expert its share of the tokens seen so far.
 * Formula:  q = round(T k / E);  x_e midway between the q-th and the (q+1)-th highest of s_:e, the mean over the
 *   micro-batches of a step;  c <- c + (1 - d) / (1 - d^n) (x - c) at step n: the exponential mean with decay d, corrected
 *   for its start, so that c = x after the first   (expert threshold, 2603.11535; d = 0: dynamic activation, kexue.fm 11626)
 * Midway, for on the q-th score itself rounding would decide.
 * State: float32 [E+1], the cuts and n.      Gradient: none.      @throws MOE_OPTIONS
 */
export function createExpertCuts(numExperts: number, rule: ExpertCutsRule): ExpertCuts {
  assertRule(numExperts, rule);
  const { expertsPerToken, decay } = rule;
  const state = createNumbers(new Array<number>(numExperts + 1).fill(0));
  const steps = () => numbersOf(state)[numExperts]!;
  return {
    cuts: () => tidy(() => stopGradient<Tensor1D>(slice(state, [0], [numExperts]))),
    steps,
    statistics: (scores, { training, tokenMask }) => {
      assertTensor('scores of expert cuts', scores, [scores.shape[0], numExperts]);
      if (!training) return {};
      const tokens = countTokens(scores.shape[0], tokenMask);
      const wanted = Math.max(1, Math.round((tokens * expertsPerToken) / numExperts));
      const values = tidy(() => {
        if (tokens === 0) return zeros<Rank.R1>([numExperts]);
        const needed: Tensor2D = neg(stopGradient<Tensor2D>(scores));
        return neg(exactCuts(needed, { wanted, tokens, tokenMask })) as Tensor1D;
      });
      return { statistics: { cuts: { values, over: 'mean' } } };
    },
    afterStep: ({ tokens }, { cuts }) => {
      if (tokens === 0 || cuts?.length !== numExperts) return;
      const before = numbersOf(state);
      const n = steps() + 1;
      const share = (1 - decay) / (1 - decay ** n);
      assignNumbers(state, [...cuts.map((x, e) => before[e]! + share * (x - before[e]!)), n]);
    },
    variables: () => [state],
    dispose: () => state.dispose(),
  };
}

function assertRule(numExperts: number, rule: ExpertCutsRule): void {
  assertNumber('numExperts of expert cuts', numExperts, { min: 1, whole: true });
  assertObject('createExpertCuts', rule, ['expertsPerToken', 'decay']);
  const { expertsPerToken, decay } = rule;
  assertNumber('expertsPerToken', expertsPerToken, { min: 0, above: true, max: numExperts });
  assertNumber('decay of expert cuts', decay, { min: 0, max: 1 - 1e-6 });
}
