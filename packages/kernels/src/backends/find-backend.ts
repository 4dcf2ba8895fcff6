import { getBackend } from '@tensorflow/tfjs-core';

import { tensorflow } from '#tensorflow';
import type { Backend, BackendName } from './contract/backend.js';
import { cpu } from './cpu/register.js';
import { wasm } from './wasm/register.js';
import { webgpu } from './webgpu/register.js';

/** Every backend with kernels of its own; the others are composed of tfjs operations. How each computes: explain-plan.ts. */
const backends: Readonly<Record<BackendName, Backend>> = { cpu, wasm, webgpu, tensorflow };

/** A backend by name, the current one by default; undefined for one without kernels of its own. */
export function findBackend(name: string = getBackend()): Backend | undefined {
  return Object.hasOwn(backends, name) ? backends[name as BackendName] : undefined;
}
