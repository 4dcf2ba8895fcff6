import type { KernelBackend } from '@tensorflow/tfjs-core';

import type { TensorflowBackend } from './backend.js';

/**
 * Whether moekit's own operations (`packages/kernels/native`, built by `moekit backend install`) are registered with
 * the TensorFlow of a backend, and its tensors lie on the CPU, where they compute.
 */
export function hasNativeOperations(backend: KernelBackend): boolean {
  const { binding, isUsingGpuDevice } = backend as TensorflowBackend;
  if (isUsingGpuDevice) return false;
  const y = binding.createTensor([0, 1], binding.TF_FLOAT, new Float32Array(0));
  const offsets = binding.createTensor([1], binding.TF_INT64, new Int32Array(2));
  try {
    const [out] = binding.executeOp('MoekitExpertSum', [], [y, offsets], 1);
    binding.deleteTensor(out!.id);
    return true;
  } catch {
    return false; // TensorFlow knows no operation of that name
  } finally {
    binding.deleteTensor(y);
    binding.deleteTensor(offsets);
  }
}
