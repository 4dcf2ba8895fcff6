import { env } from '@tensorflow/tfjs-core';

import { fail } from '../../errors/codes.js';
import type { AdapterLike, AdapterSummary } from './adapter.js';
import { summariseAdapter } from './adapter.js';
import { pausePolling } from './pause-polling.js';
import { offerSubgroups } from './subgroups.js';

export type { AdapterLike, AdapterSummary } from './adapter.js';
export { summariseAdapter } from './adapter.js';

/** What `webgpu`, the npm package of Dawn, brings to Node; an optional package, so its own types may be absent. */
interface Dawn {
  create(options: string[]): { requestAdapter(): Promise<AdapterLike | null> };
  readonly globals: object;
}

/**
 * Lets a workgroup's threads zero their shared memory together, as WGSL asks for. Left to the driver, SwiftShader zeroes
 * all of it once for each four threads, which takes longer than a product does.
 */
const SOFTWARE_OPTIONS = [
  'disable-dawn-features=use_vulkan_zero_initialize_workgroup_memory_extension',
];

/**
 * Asks Dawn under Node for the adapter that WebGPU would run on; starts no backend and changes nothing.
 * @returns undefined where the `webgpu` package or an adapter is missing
 */
export async function findAdapter(): Promise<AdapterSummary | undefined> {
  try {
    const adapter = await (await loadDawn()).create([]).requestAdapter();
    return adapter ? summariseAdapter(adapter) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Gives a Node process the `navigator.gpu` that tfjs looks for, registers tfjs's webgpu backend and keeps small tensors on
 * the device too; programs use subgroup operations where the adapter has them. Afterwards `await tf.setBackend('webgpu')`.
 * @throws KERNELS_ADAPTER where there is no adapter (a Vulkan driver is missing, say), or what importing a missing
 *   package throws
 */
export async function startDawn(): Promise<AdapterSummary> {
  const { create, globals } = await loadDawn();
  Object.assign(globalThis, globals);
  const adapter = await create([]).requestAdapter();
  if (!adapter) {
    throw fail('KERNELS_ADAPTER', {
      asked: 'WebGPU in Node.js finds no adapter',
      fix: 'Install a Vulkan driver and libvulkan1, or use another backend.',
    });
  }
  const summary = summariseAdapter(adapter);
  const gpu = create(summary.software ? SOFTWARE_OPTIONS : []);
  offerSubgroups(gpu);
  if (summary.software) pausePolling();
  const hardwareConcurrency = globalThis.process
    ?.getBuiltinModule?.('node:os')
    .availableParallelism();
  const navigator = { gpu, hardwareConcurrency };
  Object.defineProperty(globalThis, 'navigator', { value: navigator, configurable: true });
  await import('@tensorflow/tfjs-backend-webgpu' as string);
  env().set('WEBGPU_CPU_FORWARD', false);
  return summary;
}

async function loadDawn(): Promise<Dawn> {
  return (await import('webgpu' as string)) as Dawn;
}
