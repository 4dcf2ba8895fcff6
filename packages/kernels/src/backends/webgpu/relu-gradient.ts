import { kernelConfig } from '../../kernel/kernel-config.js';
import type { WebGpuBackend } from './backend.js';
import { runStage } from './stage.js';

/** dy where relu's output is above 0, else 0; in one pass where tfjs takes two. [R,F], [R,F] -> [R,F] */
export const reluGradientKernel = kernelConfig(
  'MoeReluGradient',
  'webgpu',
  ({ dy, out }, _attributes, backend: WebGpuBackend) => {
    const size = dy.shape.reduce((product, n) => product * n, 1);
    const width = size % 4 === 0 ? 4 : 1;
    const zero = width === 4 ? 'vec4<f32>(0.0)' : '0.0';
    return runStage(backend, {
      name: 'MoeReluGradient',
      inputs: { dy, passed: out },
      shape: dy.shape,
      width,
      over: { work: size / width },
      code: /* wgsl */ `
      fn main(index : i32) {
        if (index < uniforms.size) { result[index] = select(dy[index], ${zero}, passed[index] <= ${zero}); }
      }`,
    });
  },
);
