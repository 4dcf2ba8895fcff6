import { env } from '@tensorflow/tfjs-core';

import { fail } from '../errors.js';

/** What a WebGPU adapter says of itself. */
export interface AdapterSummary {
  readonly name: string;
  /** It computes on the processor (SwiftShader, llvmpipe): right, and slower than any other backend. */
  readonly software: boolean;
}

/** The members of a GPUAdapter that tell what it is; browsers leave some empty. */
export interface AdapterLike {
  readonly info: {
    readonly vendor?: string;
    readonly architecture?: string;
    readonly device?: string;
    readonly description?: string;
    readonly isFallbackAdapter?: boolean;
  };
  readonly isFallbackAdapter?: boolean;
}

/** What `webgpu`, the npm package of Dawn, brings to Node; an optional package, so its own types may be absent. */
interface Dawn {
  create(options: string[]): { requestAdapter(): Promise<AdapterLike | null> };
  readonly globals: object;
}

const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|software|microsoft basic render/i;

/**
 * Lets a workgroup's threads zero their shared memory together, as WGSL asks for. Left to the driver, SwiftShader zeroes
 * all of it once for each four threads, which takes longer than a product does.
 */
const SOFTWARE_OPTIONS = [
  'disable-dawn-features=use_vulkan_zero_initialize_workgroup_memory_extension',
];

/** Says what an adapter is. One that its driver calls a fallback, or whose name is a rasteriser's, is software. */
export function summariseAdapter({ info, isFallbackAdapter }: AdapterLike): AdapterSummary {
  const words = [info.vendor, info.architecture, info.device, info.description].filter(Boolean);
  const software = isFallbackAdapter ?? info.isFallbackAdapter ?? false;
  return {
    name: info.description || info.device || info.vendor || 'an unnamed adapter',
    software: software || SOFTWARE.test(words.join(' ')),
  };
}

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
 * the device too. Afterwards `await tf.setBackend('webgpu')`.
 * @throws KERNELS_ADAPTER where there is no adapter (a Vulkan driver is missing, say), or what importing a missing
 *   package throws
 */
export async function startDawn(): Promise<AdapterSummary> {
  const { create, globals } = await loadDawn();
  Object.assign(globalThis, globals);
  const adapter = await create([]).requestAdapter();
  if (!adapter) {
    throw fail('KERNELS_ADAPTER', {
      asked: 'WebGPU under Node needs an adapter',
      got: 'none from Dawn',
      fix: 'Install a Vulkan driver and libvulkan1, or use another backend.',
    });
  }
  const summary = summariseAdapter(adapter);
  const gpu = create(summary.software ? SOFTWARE_OPTIONS : []);
  Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true });
  await import('@tensorflow/tfjs-backend-webgpu' as string);
  env().set('WEBGPU_CPU_FORWARD', false);
  return summary;
}

async function loadDawn(): Promise<Dawn> {
  return (await import('webgpu' as string)) as Dawn;
}
