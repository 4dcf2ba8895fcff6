import { stopGradient } from '@moekit/kernels';
import type { Scalar, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import {
  add,
  cast,
  div,
  fill,
  greater,
  maximum,
  mean,
  mul,
  reshape,
  square,
  sub,
  sum,
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
import type { Routing } from '../contract/routing.js';
import type { BalanceScope } from '../losses/balance.js';
import { BALANCE_SCOPES } from '../losses/balance.js';
import { squaredCoefficientOfVariation } from '../losses/coefficient-of-variation.js';
import { Loads } from '../losses/loads.js';

export interface LoadSpreadRule {
  /** Of the loss, and of the statistic that its scope needs. */
  readonly name: string;
  /** 0 leaves the loss out. */
  readonly coefficient: number;
  readonly scope: BalanceScope;
  /** W, steps that scope `window` looks back over, this one included. */
  readonly window: number;
  readonly variance: 'population' | 'sample';
}

/** How uneven loads that are differentiable are, over the scope that a router's options ask for. */
export interface LoadSpread extends RouterState {
  /**
   * @param perToken float32 [T,S], what each token adds to a load, padding 0
   * @returns parts of a routing: the loss, and the statistics that the scope needs      Gradient: through perToken.
   */
  of(perToken: Tensor2D, context: RouteContext): Required<Pick<Routing, 'losses' | 'statistics'>>;
}

/**
 * The importance and load losses of noisy top-k (1701.06538 eq. 7 and 11), in the scopes of `createBalance`.
 * Formula:  L = mean_g CV(x_g)^2,  x_gs = sum_{t in g} y_ts
 *   sequence     g a sequence of the batch that holds a token
 *   micro-batch  one g: the tokens of this pass
 *   batch        x over the passes of this step so far, those before it constants
 *   window       x over the last W steps as well, decayed: after each, load = (1 - 1/W) (load + sum)
 * @param slots S, columns of what tokens add      @returns atBalance = 0      @throws MOE_OPTIONS
 */
export function createLoadSpread(slots: number, rule: LoadSpreadRule): LoadSpread {
  assertRule(slots, rule);
  const { name, coefficient, scope, variance } = rule;
  const looksBack = coefficient > 0 && (scope === 'batch' || scope === 'window');
  const loads = looksBack ? new Loads(slots, rule, name) : undefined;
  return {
    of: (perToken, context) => {
      assertRows('perToken of a load spread', perToken);
      if (coefficient === 0) return { losses: [], statistics: {} };
      const own = sum<Tensor1D>(perToken, 0); // [S]
      const remembered = context.training ? loads : undefined;
      const inSequences = scope === 'sequence' && (context.sequences?.batch ?? 1) > 1;
      const value = inSequences
        ? spreadInSequences(perToken, variance, context)
        : squaredCoefficientOfVariation(remembered?.with(own) ?? own, variance);
      return {
        losses: [{ name, value, coefficient, atBalance: 0 }],
        statistics: remembered ? { [name]: { values: stopGradient(own), over: 'sum' } } : {},
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

/** The mean over the sequences that hold a token of their loads' CV^2. */
function spreadInSequences(
  perToken: Tensor2D,
  variance: LoadSpreadRule['variance'],
  { tokenMask, sequences: { batch, length } = { batch: 1, length: 0 } }: RouteContext,
): Scalar {
  return tidy(() => {
    const slots = perToken.shape[1];
    const loads: Tensor2D = sum(reshape(perToken, [batch, length, slots]), 1); // [B,S]
    const average = mean(loads, 1, true); // [B,1]
    const freedom = variance === 'population' ? slots : Math.max(slots - 1, 1);
    const spread = div(sum(square(sub(loads, average)), 1, true), freedom);
    const each = div(spread, add(square(average), 1e-10)); // [B,1], 0 for a sequence of padding
    const tokens: Tensor = tokenMask
      ? sum(reshape(tokenMask, [batch, length]), 1, true)
      : fill([batch, 1], length);
    const present = cast(greater(tokens, 0), 'float32');
    return div(sum(mul(each, present)), maximum(sum(present), 1)) as Scalar;
  });
}

function assertRule(slots: number, rule: LoadSpreadRule): void {
  assertKinds('createLoadSpread', { slots }, { slots: 'size' });
  assertMembers('createLoadSpread', rule, ['name', 'coefficient', 'scope', 'window', 'variance']);
  assertKinds('createLoadSpread', rule, { name: 'text' });
  assertNumber('coefficient of createLoadSpread', rule.coefficient, { min: 0 });
  assertWord('scope of createLoadSpread', rule.scope, BALANCE_SCOPES);
  assertNumber('window of createLoadSpread', rule.window, { min: 1, whole: true });
  assertWord('variance of createLoadSpread', rule.variance, ['population', 'sample']);
}
