import { getKernel } from '@tensorflow/tfjs-core';

import type { Backend } from '../contract/backend.js';
import { selectionKernels } from '../host/kernels.js';
import { hostKernelConfig } from '../contract/host-memory.js';
import { replaceKernel } from '../../kernel/replace-kernel.js';
import { batchMatMulKernel } from './batch-matmul.js';
import type { ProductThreads } from './bind.js';
import { createBind } from './bind.js';
import { fusedLinearWasm, groupedMatMulWasm, groupedOuterWasm } from './grouped-matmul.js';
import { columnKernels } from './columns.js';
import { identityKernel } from './identity.js';
import { wasmMemory } from './memory.js';
import type { WasmBuild } from './module.js';
import { assertBuild, bestBuild } from './module.js';
import { reluGradientWasm, rowKernelsWasm } from './rows.js';

import { unsortedSegmentSumKernel } from './unsorted-segment-sum.js';

export const wasm: Backend = {
  register: () => registerWasmKernels(),
  precisions: [],
  memory: wasmMemory,
};

/**
 * Decisions are the plain arithmetic of `host/` on heap views; row moves and products are those of `assembly/`. Kernels
 * registered before are replaced.
 */
export function registerWasmKernels(
  build: WasmBuild = bestBuild(),
  threads?: ProductThreads,
): void {
  assertBuild(build);
  const bind = createBind(build, threads);
  const kernels = [
    ...selectionKernels.map((kernel) => hostKernelConfig(kernel, wasmMemory)),
    ...rowKernelsWasm(bind),
    reluGradientWasm(bind),
    { ...groupedMatMulWasm(bind), threads: threads?.count ?? 1 },
    fusedLinearWasm(bind),
    groupedOuterWasm(bind),
    batchMatMulKernel(bind),
    unsortedSegmentSumKernel,
    identityKernel,
    ...columnKernels(),
  ];
  kernels.forEach(replaceKernel);
}

/** Threads that the registered products run on. */
export function wasmThreads(): number {
  return (getKernel('MoeGroupedMatMul', 'wasm') as { threads?: number } | undefined)?.threads ?? 1;
}
