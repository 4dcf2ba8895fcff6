import type { CustomCallbackArgs, layers } from '@tensorflow/tfjs-layers';

import { assertKinds } from '../arguments/assert-kinds.js';
import { KerasMoELayer } from './keras-moe-layer.js';

/** A model, a wrapper or a plain layer, as far as its parts go. */
type Node = layers.Layer & { layers?: layers.Layer[]; layer?: layers.Layer };

/**
 * The callback for routers with state (expert biases, recent loads): moves it after each batch of `fit`.
 *
 *     await model.fit(x, y, { callbacks: afterEachStep(model) });
 *
 * @param model every MoE layer in it is found, in nested models and wrappers too
 */
export function afterEachStep(model: layers.Layer): CustomCallbackArgs {
  assertKinds('afterEachStep', { model }, { model: 'object' });
  return {
    onBatchEnd: async () => {
      for (const layer of kerasMoELayersOf(model)) await layer.afterStep();
    },
  };
}

/** The MoE layers of a model, each once. */
export function kerasMoELayersOf(model: layers.Layer): KerasMoELayer[] {
  const { layers: parts = [], layer } = model as Node;
  const inner = [...parts, ...(layer ? [layer] : [])].flatMap(kerasMoELayersOf);
  return [...new Set([...(model instanceof KerasMoELayer ? [model] : []), ...inner])];
}
