import { registerNativeTraining } from '#tensorflow';
import { registerKernels } from '../backends/register.js';

/**
 * Registers, in addition to the dispatch kernels, what this folder runs in one operation on TensorFlow with moekit's native
 * operations; on other backends its functions need no registration. Idempotent. A program whose first operation is one of
 * tfjs's calls it after `setBackend`; apart from `registerKernels`, so that a program with a router alone does not carry it.
 */
export function registerTrainingKernels(): void {
  registerKernels();
  registerNativeTraining();
}
