import type { Variable } from '@tensorflow/tfjs-core';
import { LayerVariable } from '@tensorflow/tfjs-layers';

/**
 * A router's or expert's own variable under the name by which a model saves, loads and trains it. No second copy: what
 * an optimiser or `loadWeights` writes is what the router reads. Make it inside `Layer.build`, which scopes the name.
 */
export class AdoptedWeight extends LayerVariable {
  constructor(variable: Variable, name: string) {
    super(variable, 'float32', name, variable.trainable);
    this.val.dispose(); // the copy that LayerVariable makes
    Object.assign(this, { val: variable });
  }
}

/** Weights `router_0`, `router_1`, ... in the fixed order of `variables()`. */
export function adoptWeights(part: string, variables: readonly Variable[]): AdoptedWeight[] {
  return variables.map((variable, i) => new AdoptedWeight(variable, `${part}_${i}`));
}
