import type { Scalar, Tensor, Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import {
  cast,
  div,
  fill,
  greater,
  maximum,
  mul,
  reshape,
  sum,
  tensor1d,
  tidy,
} from '@tensorflow/tfjs-core';

import {
  assertMembers,
  assertNumber,
  assertRows,
  assertWord,
} from '../arguments/assert-arguments.js';
import { assertKinds } from '../arguments/assert-kinds.js';
import type { RouteContext } from '../contract/router.js';
import type { RouterState } from '../contract/router-state.js';
import type { RouterLoss, Routing } from '../contract/routing.js';
import { clearPadding, tokenMean } from '../routing/token-mask.js';
import { assignmentFractions, loadBalancingLoss } from './load-balancing.js';
import { Loads, STATISTIC } from './loads.js';

/** The tokens whose loads are to be even together: see `createBalance`. */
export const BALANCE_SCOPES = ['sequence', 'micro-batch', 'batch', 'window'] as const;
export type BalanceScope = (typeof BALANCE_SCOPES)[number];

export interface BalanceRule {
  /** 0 leaves the loss out. */
  readonly coefficient: number;
  readonly scope: BalanceScope;
  /** W, steps that scope `window` looks back over, this one included. */
  readonly window: number;
  /** `token` for first choices, one per token; `assignment` (default) for any number: see assignmentFractions. */
  readonly per?: 'token' | 'assignment';
  /** Default the number of slots (Switch); GShard's paper has 1/E. */
  readonly scale?: number;
  /** How many slots each column stands for, by which its share is divided. Default 1 each. */
  readonly sizes?: readonly number[];
}

/** The load-balancing loss of a router, over the scope that its options ask for. */
export interface Balance extends RouterState {
  /**
   * @param probs float32 [T,S]      @param choices float32 [T,S] of counts before capacity, padding rows 0
   * @returns parts of a routing: the loss, and the statistics that the scope needs      Gradient: through probs only.
   */
  of(
    probs: Tensor2D,
    choices: Tensor2D,
    context: RouteContext,
  ): Required<Pick<Routing, 'losses' | 'statistics'>>;
}

/**
 * One idea of load for every router that balances by a loss.
 * Formula:  L = scale * mean_g sum_s f_gs P_gs,  f from the choices of the tokens in the scope, P_gs = mean_t p_ts
 *   sequence     g a sequence of the batch, f and P over its tokens (DeepSeek-V3, 2412.19437 eq. 17-20)
 *   micro-batch  one g: the tokens of this pass
 *   batch        f over the passes of this step so far (Qiu 2025, 2501.11873: the buffer over micro-steps)
 *   window       f over the last W steps as well, decayed: after each, load = (1 - 1/W) (load + counts)
 * @param slots S, columns of the choices: E, or more where zero-compute slots are balanced too
 * @returns atBalance = scale / (sum of sizes)      @throws MOE_OPTIONS
 */
export function createBalance(slots: number, rule: BalanceRule): Balance {
  assertRule(slots, rule);
  const looksBack = rule.coefficient > 0 && (rule.scope === 'batch' || rule.scope === 'window');
  const loads = looksBack ? new Loads(slots, rule) : undefined;
  return {
    of: (probs, choices, context) => {
      assertRows('probs of a balance', probs);
      assertRows('choices of a balance', choices);
      if (rule.coefficient === 0) return { losses: [], statistics: {} };
      const remembered = context.training ? loads : undefined;
      const counts = remembered && sum<Tensor1D>(choices, 0); // [S]
      return {
        losses: [lossOf(probs, choices, rule, context, counts && remembered?.with(counts))],
        statistics: counts ? { [STATISTIC]: { values: counts, over: 'sum' } } : {},
      };
    },
    ...(loads && {
      afterMicroBatch: (_, statistics) => loads.passed(statistics),
      afterStep: (_, statistics) => loads.stepped(statistics),
    }),
    variables: () => loads?.variables() ?? [],
    dispose: () => loads?.dispose(),
  };
}

/** @param reached float32 [S], counts where the scope reaches further than this pass */
function lossOf(
  probs: Tensor2D,
  choices: Tensor2D,
  rule: BalanceRule,
  context: RouteContext,
  reached: Tensor1D | undefined,
): RouterLoss {
  const { coefficient, scope, per = 'assignment', sizes } = rule;
  const slots = probs.shape[1];
  const scale = rule.scale ?? slots;
  const { tokenMask } = context;
  const atBalance = scale / (sizes?.reduce((total, size) => total + size, 0) ?? slots);
  const named = { name: 'load-balancing', coefficient, atBalance };
  if (scope === 'sequence' && (context.sequences?.batch ?? 1) > 1) {
    return { ...named, value: sequenceLoss(probs, choices, { scale, sizes }, context) };
  }
  const fractions = reached ? shareOf(reached) : assignmentFractions(choices, per, tokenMask);
  const divided = sizes ? div<Tensor1D>(fractions, tensor1d([...sizes])) : fractions;
  return { ...named, value: loadBalancingLoss(probs, divided, { scale, tokenMask }) };
}

/** Counts as shares of their sum, over the last axis. */
function shareOf<Counts extends Tensor>(counts: Counts): Counts {
  return div(counts, maximum(sum(counts, -1, true), 1));
}

/** The mean over the sequences that hold a token of what `loadBalancingLoss` is of one. */
function sequenceLoss(
  probs: Tensor2D,
  choices: Tensor2D,
  { scale, sizes }: { scale: number; sizes: readonly number[] | undefined },
  { tokenMask, sequences = { batch: 1, length: probs.shape[0] } }: RouteContext,
): Scalar {
  if (probs.shape[0] === 0) return mul(sum(tokenMean<Tensor1D>(probs, tokenMask)), scale);
  const { batch, length } = sequences;
  const perSequence = (x: Tensor2D): Tensor2D =>
    sum(reshape(x, [batch, length, -1]) as Tensor3D, 1); // [B,S]
  return tidy(() => {
    const tokens: Tensor2D = tokenMask
      ? sum(reshape(tokenMask, [batch, length]), 1, true)
      : fill([batch, 1], length); // [B,1]
    const load = shareOf(perSequence(choices)); // f, [B,S]
    const divided = sizes ? div<Tensor2D>(load, tensor1d([...sizes])) : load;
    const means = div<Tensor2D>(perSequence(clearPadding(probs, tokenMask)), maximum(tokens, 1)); // P
    const present = maximum(sum(cast(greater(tokens, 0), 'float32')), 1);
    return mul(div(sum(mul(divided, means)), present), scale) as Scalar;
  });
}

function assertRule(slots: number, rule: BalanceRule): void {
  assertKinds('createBalance', { slots }, { slots: 'size' });
  assertMembers('createBalance', rule, ['coefficient', 'scope', 'window', 'per', 'scale', 'sizes']);
  assertNumber('coefficient of createBalance', rule.coefficient, { min: 0 });
  assertWord('scope of createBalance', rule.scope, BALANCE_SCOPES);
  assertNumber('window of createBalance', rule.window, { min: 1, whole: true });
}
