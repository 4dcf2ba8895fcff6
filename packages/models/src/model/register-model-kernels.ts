import { registerKernels, registerTrainingKernels } from '@moekit/kernels';

/** What a model computes with on the current backend: the dispatch kernels, and a training step's where there are some. */
export function registerModelKernels(): void {
  registerKernels();
  registerTrainingKernels();
}
