import type { KernelConfig, KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import { util } from '@tensorflow/tfjs-core';

import type { WebGpuBackend } from './backend.js';
import { runStage } from './stage.js';

/** As many experts as a thread walks; longer rows are worth the workgroup that tfjs gives each. */
const NARROW = 64;

/**
 * Softmax over the last axis. tfjs takes a workgroup of 64 threads and over a dozen barriers for a row of 8 logits; here
 * a thread takes a row of up to 64.
 * Formula:  p[i] = exp(z[i] - max z) / sum_j exp(z[j] - max z)
 */
export function softmaxKernel(wide: KernelFunc): KernelConfig {
  return {
    kernelName: 'Softmax',
    backendName: 'webgpu',
    kernelFunc: ({ inputs, attrs, backend }) => {
      const { logits } = inputs as { logits: TensorInfo };
      const columns = logits.shape.at(-1) ?? 1;
      if (columns > NARROW) return wide({ inputs, attrs: attrs ?? {}, backend });
      const rows = util.sizeFromShape(logits.shape.slice(0, -1));
      return runStage(backend as WebGpuBackend, {
        name: 'MoeSoftmax',
        inputs: { logits },
        shape: logits.shape,
        integers: { rows, columns },
        over: { work: rows },
        code: /* wgsl */ `
        fn main(index : i32) {
          if (index >= uniforms.rows) { return; }
          let first = index * uniforms.columns;
          let until = first + uniforms.columns;
          var most = logits[first];
          for (var i = first; i < until; i++) { most = max(most, logits[i]); }
          var sum = 0.0;
          for (var i = first; i < until; i++) { sum += exp(logits[i] - most); }
          for (var i = first; i < until; i++) { result[i] = exp(logits[i] - most) / sum; }
        }`,
      });
    },
  };
}
