import { env } from '@tensorflow/tfjs-core';

/** What `webgpu`, the npm package of Dawn, brings to Node; an optional package, so its own types may be absent. */
interface Dawn {
  create(options: string[]): { requestAdapter(): Promise<object | null> };
  readonly globals: object;
}

/**
 * Gives this process the `navigator.gpu` that tfjs looks for, and keeps small tensors on the device too.
 * @throws where Dawn finds no adapter (a Vulkan driver is missing, say)
 */
export async function startDawn(): Promise<void> {
  const packageName = 'webgpu';
  const { create, globals } = (await import(packageName)) as Dawn;
  Object.assign(globalThis, globals);
  const gpu = create([]);
  if (!(await gpu.requestAdapter())) throw new Error('no WebGPU adapter on this machine');
  Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true });
  await import('@tensorflow/tfjs-backend-webgpu' as string); // registers the flag
  env().set('WEBGPU_CPU_FORWARD', false);
}
