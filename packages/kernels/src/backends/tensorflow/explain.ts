import { engine } from '@tensorflow/tfjs-core';

import type { Explain } from '../contract/explanation.js';
import { oneWay } from '../contract/explanation.js';
import type { TensorflowBackend } from './backend.js';
import { countRows } from './batches.js';
import type { Estimate } from '../contract/explanation.js';
import { deviceSpeeds, estimateProduct } from './choose-product.js';
import { hasNativeOperations } from './native.js';

export const explainTensorflow: Explain = (plan, shape, precision) => {
  const { isUsingGpuDevice } = engine().backend as TensorflowBackend;
  const rounded = precision === 'bf16';
  if (!rounded && hasNativeOperations(engine().backend)) {
    return oneWay(
      "moekit's own operation",
      'tiles of every expert on all threads, rows gathered as they are read, bias and relu in the same pass, nothing padded',
    );
  }
  const speed = deviceSpeeds[isUsingGpuDevice ? 'gpu' : 'cpu'];
  const considered = estimateProduct({ ...shape, rowsPerExpert: countRows(plan) }, speed);
  const [first, ...others] = considered as [Estimate, ...Estimate[]];
  return {
    algorithm: first.algorithm,
    reason: `${rounded ? 'in bf16; ' : ''}${[first, ...others].map(describe).join('; ')}`,
    considered,
  };
};

/** e.g. `batched: 3.1 ms expected, 12% more rows, 9 launches` */
function describe({ algorithm, seconds, waste, launches }: Estimate): string {
  const more = `${Math.round(100 * waste)}% more rows`;
  return `${algorithm}: ${(1000 * seconds).toPrecision(2)} ms expected, ${more}, ${launches} launches`;
}
