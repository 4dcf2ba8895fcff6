import {
  backend,
  engine,
  findBackendFactory,
  getBackend,
  getGradient,
  getKernel,
} from '@tensorflow/tfjs-core';

import { findBackend } from './find-backend.js';
import { registerComposedKernels } from './composed/register.js';
import { fail } from '../errors/codes.js';
import { registerGradients } from '../kernel/gradients.js';

/**
 * Registers the dispatch kernels, and what tfjs itself lacks on it, for a backend. Idempotent; the registry is tfjs's.
 * The public operations call it themselves; a program whose first operation is tfjs's own (attention before the first
 * MoE layer, say) calls it once after `setBackend`.
 * @param backendName as tfjs names it; the current backend by default
 */
export function registerKernels(backendName: string = currentBackend()): void {
  if (getGradient('MoeGroupedMatMul') === undefined) registerGradients();
  if (getKernel('MoeGroupedMatMul', backendName) !== undefined) return;
  assertBackend(backendName);
  const backend = findBackend(backendName);
  if (backend) backend.register();
  else registerComposedKernels(backendName);
}

/** Before its first operation tfjs has no current backend; `backend()` makes it choose one. */
function currentBackend(): string {
  if (!getBackend()) backend();
  return getBackend();
}

/** @throws KERNELS_VALUE for a backend that the program has not registered with tfjs */
function assertBackend(name: string): void {
  if (findBackendFactory(name) !== null) return;
  throw fail('KERNELS_VALUE', {
    asked: `registerKernels needs a backend of TensorFlow.js, one of ${Object.keys(engine().registryFactory).join(', ')}`,
    got: String(name),
    fix: 'Import the package of the backend first.',
  });
}
