import { readFileSync } from 'node:fs';

import { dispatch, dispatchPlan, groupedMatMul, registerKernels } from '@moekit/kernels';
import type { Tensor } from '@tensorflow/tfjs-core';
import { grads, matMul, sum, tensor2d, tensor3d } from '@tensorflow/tfjs-core';

import type { BackendManifest, Verification } from '../tensorflow/manifest.js';
import { loadTensorflow } from '../tensorflow/load.js';
import { listGpus } from '../machine/list-gpus.js';
import { checkLayer } from './check-native.js';

/** Run by `verify` in a process of its own: computes with the backend in the folder it is given, prints what it saw. */
const loaded = await loadTensorflow(process.argv[2]!);
registerKernels('tensorflow');

const x = tensor2d([
  [1, 2],
  [3, 4],
]);
const w = tensor2d([
  [5, 6],
  [7, 8],
]);
expect('matMul', matMul(x, w), [19, 22, 43, 50]);
const [dx, dw] = grads((a, b) => sum(matMul(a as typeof x, b as typeof w)))([x, w]);
expect('its gradient by the left side', dx!, [11, 15, 11, 15]);
expect('its gradient by the right side', dw!, [4, 4, 6, 6]);

const experts = tensor3d([
  [
    [1, 0],
    [0, 1],
  ],
  [
    [2, 0],
    [0, 2],
  ],
]);
const plan = dispatchPlan(
  tensor2d([
    [0, 1],
    [1, 0],
  ]),
);
const routed = (a: Tensor, e: Tensor) =>
  groupedMatMul(dispatch(a as typeof x, plan), e as typeof experts, plan);
expect('groupedMatMul', routed(x, experts), [3, 4, 2, 4]);
expect('its gradient', grads((a, e) => sum(routed(a, e)))([x, experts])[0]!, [2, 2, 1, 1]);

const different = checkLayer();
if (different !== null) throw new Error(`Error: ${different}`);

const gpus = loaded.device === 'cuda' ? await listGpus() : [];
const report: Verification = {
  tensorflow: loaded.tensorflow,
  device: loaded.device,
  gpu: gpus[Number(process.env['CUDA_VISIBLE_DEVICES']) || 0]?.name ?? null,
  cuda: libraryVersion(loaded.manifest, 'libcudart.so', 'nvidia-cuda-runtime'),
  cudnn: libraryVersion(loaded.manifest, 'libcudnn.so', 'nvidia-cudnn'),
  native: loaded.native.loaded ? loaded.native.simd : null,
  mended: loaded.mended.map(({ text }) => text),
  node: process.versions.node,
};
process.stdout.write(`${JSON.stringify(report)}\n`);

function expect(what: string, got: Tensor, wanted: readonly number[]): void {
  const values = Array.from(got.dataSync());
  if (values.length === wanted.length && values.every((v, i) => Math.abs(v - wanted[i]!) < 1e-5)) {
    return;
  }
  throw new Error(`Error: ${what} gave ${values.join(' ')} instead of ${wanted.join(' ')}`);
}

/** The version of a CUDA library that this process has mapped; null when it has not. */
function libraryVersion(manifest: BackendManifest, file: string, wheel: string): string | null {
  if (process.platform !== 'linux') return null;
  const mapped = readFileSync('/proc/self/maps', 'utf8').includes(`/${file}`);
  const known = Object.entries(manifest.cuda).find(([name]) => name.startsWith(wheel));
  return mapped ? (known?.[1] ?? 'of this system') : null;
}
