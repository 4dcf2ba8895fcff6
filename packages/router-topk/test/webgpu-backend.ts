import * as tf from '@tensorflow/tfjs';

/**
 * Makes Dawn's WebGPU the backend of this process. Under Node it needs a Vulkan driver (see .ci/webgpu.sh).
 * @returns why it cannot be, or undefined once it is
 */
export async function useWebGpu(): Promise<string | undefined> {
  const missing = await startWebGpu();
  if (missing && process.env['MOEKIT_WEBGPU'] === 'required') throw new Error(missing);
  return missing;
}

async function startWebGpu(): Promise<string | undefined> {
  try {
    const { create, globals } = await import('webgpu');
    Object.assign(globalThis, globals);
    const gpu = create(['backend=vulkan']);
    if (!(await gpu.requestAdapter())) return 'no WebGPU adapter on this machine';
    Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true });
    await import('@tensorflow/tfjs-backend-webgpu');
  } catch (error) {
    return `no WebGPU here: ${String(error)}`;
  }
  tf.env().set('WEBGPU_CPU_FORWARD', false);
  await tf.setBackend('webgpu');
  return tf.getBackend() === 'webgpu' ? undefined : 'tfjs did not start its webgpu backend';
}
