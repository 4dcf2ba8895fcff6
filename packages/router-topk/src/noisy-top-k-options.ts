import {
  amount,
  balanceOptions,
  choice,
  coefficient,
  optionsOf,
  whole,
} from '@moekit/core/options';
import type * as z from 'zod/mini';

const { balanceScope, balanceWindow } = balanceOptions(1);

export const noisyTopKOptions = optionsOf({
  k: whole(1, 4, 'Experts per token, at most the number of experts'),
  importanceCoefficient: coefficient(0.1, 'Weight of the importance loss; 0.01 for translation'),
  loadCoefficient: coefficient(0.1, 'Weight of the load loss; 0.01 for translation'),
  variance: choice(
    ['population', 'sample'],
    'population',
    'Variance inside CV^2: over E (original code) or E - 1 (some ports)',
  ),
  balanceScope,
  balanceWindow,
  noiseFloor: amount(0, 'Added to the standard deviation of the noise; 0.01 in the original code'),
  init: choice(
    ['zeros', 'uniform', 'normal'],
    'zeros',
    'How both gates start: zeros start in balance, separated only by the noise',
  ),
});

export interface NoisyTopKOptions extends z.output<typeof noisyTopKOptions> {}
/** The options as a program passes them: each has a default. */
export interface NoisyTopKInput extends z.input<typeof noisyTopKOptions> {}
