import type { Variable } from '@tensorflow/tfjs-core';

import type { TrainableModel } from '../../contract.js';
import type { AdamW } from '../../training/adamw.js';

/** Before the names of optimiser tensors; no weight may be called so. */
const OPTIMISER = 'optimiser.';

/**
 * All tensors that a run carries from step to step, by the names they have in a checkpoint: weights and routers' state
 * as the model names them, the optimiser's moments behind a prefix.
 */
export function stateTensors(
  model: Pick<TrainableModel, 'namedVariables'>,
  optimiser?: AdamW,
): ReadonlyMap<string, Variable> {
  const moments = [...(optimiser?.moments() ?? [])];
  return new Map([
    ...model.namedVariables(),
    ...moments.map(([name, moment]) => [`${OPTIMISER}${name}`, moment] as const),
  ]);
}

export function isOptimiserTensor(name: string): boolean {
  return name.startsWith(OPTIMISER);
}
