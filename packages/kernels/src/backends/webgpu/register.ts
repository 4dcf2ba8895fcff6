import type { KernelConfig } from '@tensorflow/tfjs-core';
import { registerKernel } from '@tensorflow/tfjs-core';

import type { Backend } from '../contract/backend.js';
import { composedKernels } from '../composed/register.js';
import { wrapKernel } from '../../kernel/replace-kernel.js';
import { onDeviceConfig } from '../../kernel/kernel-config.js';
import { addNKernel } from './add-n.js';
import type { WebGpuBackend } from './backend.js';
import { limitCapacityKernel } from './capacity.js';
import { combineStage, pairDotsKernel, spreadStage } from './combine.js';
import { expertSumStage } from './expert-sum.js';
import { runProduct } from './grouped-matmul.js';
import { groupedOuterKernel } from './grouped-outer.js';
import { planKernel } from './plan.js';
import { reluGradientKernel } from './relu-gradient.js';
import type { PlannedStage } from './rows.js';
import {
  dispatchStage,
  expertRowsStage,
  reduceStage,
  rowWeightsStage,
  scatterWeightsStage,
} from './rows.js';
import { selectThresholdKernel, selectTopKKernel } from './selection.js';
import { softmaxKernel } from './softmax.js';
import { runStage } from './stage.js';

const decisions = [selectTopKKernel, selectThresholdKernel, limitCapacityKernel, planKernel];

const others = [groupedOuterKernel, pairDotsKernel, reluGradientKernel];

const stages = [
  dispatchStage,
  reduceStage,
  expertRowsStage,
  expertSumStage,
  rowWeightsStage,
  scatterWeightsStage,
  combineStage,
  spreadStage,
] as readonly PlannedStage[];

/** Weights in half precision need a plan on the device, whose kernels are these. */
export const webgpu: Backend = { register: registerWebGpuKernels, precisions: ['f16'] };

/**
 * Decisions, plan, row moves and products in WGSL: nothing is read back. A plan made on the host runs composed.
 * Replaces tfjs's AddN, which fails on more than 7 tensors, and its softmax of short rows.
 */
function registerWebGpuKernels(): void {
  const decided = new Set(decisions.map(({ kernelName }) => kernelName));
  const composed = composedKernels('webgpu').filter(({ kernelName }) => !decided.has(kernelName));
  const products = (['MoeGroupedMatMul', 'MoeFusedLinear'] as const).map((name) =>
    onDeviceConfig(name, 'webgpu', runProduct),
  );
  for (const kernel of [
    ...decisions,
    ...composed,
    ...stages.map(planned),
    ...products,
    ...others,
  ]) {
    registerKernel(kernel);
  }
  wrapKernel('AddN', 'webgpu', addNKernel);
  wrapKernel('Softmax', 'webgpu', softmaxKernel);
}

function planned({ kernelName, stage }: PlannedStage): KernelConfig {
  return onDeviceConfig(kernelName, 'webgpu', (inputs, attributes, backend: WebGpuBackend) =>
    runStage(backend, stage(inputs, attributes)),
  );
}
