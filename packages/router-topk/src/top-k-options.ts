import type { BalanceScope } from '@moekit/core';
import {
  balanceOptions,
  capacityOptions,
  coefficient,
  flag,
  optionsOf,
  whole,
} from '@moekit/core/options';
import type * as z from 'zod/mini';

import { capacityPer, priority } from './room.js';
import { scale } from './scale.js';

/** The choices of a model, where they differ from topk's. */
export interface TopKDefaults {
  readonly k?: number;
  readonly normalise?: boolean;
  readonly gateBias?: boolean;
  readonly balanceCoefficient?: number;
  readonly balanceScope?: BalanceScope;
  readonly zLossCoefficient?: number;
}

export const topKOptions = (defaults: TopKDefaults) => {
  const { k = 2, normalise = true, gateBias = false } = defaults;
  const { balanceCoefficient = 0.01, balanceScope, zLossCoefficient = 0 } = defaults;
  return optionsOf({
    k: whole(1, k, 'Experts per token, at most the number of experts'),
    normalise: flag(
      normalise,
      'Weights sum to 1 over the k experts (Mixtral); false: raw probabilities. With k = 1 a normalised weight is ' +
        'the constant 1 and the gate learns from the auxiliary losses alone',
    ),
    scale: scale(1),
    gateBias: flag(gateBias, 'The gate has a bias, as in gpt-oss'),
    ...capacityOptions(null, null),
    capacityPer: capacityPer(),
    priority: priority(),
    ...balanceOptions(
      balanceCoefficient,
      'Weight of the load-balancing loss over all k choices',
      balanceScope,
    ),
    zLossCoefficient: coefficient(zLossCoefficient, 'Weight of the router z-loss'),
  });
};

export interface TopKOptions extends z.output<ReturnType<typeof topKOptions>> {}
/** The options as a program passes them: each has a default. */
export interface TopKInput extends z.input<ReturnType<typeof topKOptions>> {}
