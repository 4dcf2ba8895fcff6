import { dispose, engine } from '@tensorflow/tfjs-core';

/**
 * Frees what a gradient function saved for a backward pass that will not happen because it threw.
 * tfjs frees those tensors at the end of backpropagation only.
 */
export function releaseTape(): void {
  const { state } = engine();
  if (state.gradientDepth > 0 || !state.activeTape) return;
  for (const node of state.activeTape) dispose(node.saved ?? []);
  state.activeTape = [];
}
