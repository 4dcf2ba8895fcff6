import { getBackend, setBackend } from '@tensorflow/tfjs-core';

import { startDawn } from '../backends/webgpu/dawn.js';

/**
 * Makes Dawn's WebGPU the backend of this process, for tests. Under Node it needs a Vulkan driver; with
 * MOEKIT_WEBGPU=required what is missing is an error instead of a reason to skip.
 * @returns why it cannot be, or undefined once it is
 */
export async function useWebGpu(): Promise<string | undefined> {
  const missing = await start();
  if (missing && process.env['MOEKIT_WEBGPU'] === 'required') throw new Error(missing);
  return missing;
}

async function start(): Promise<string | undefined> {
  try {
    await startDawn();
  } catch (error) {
    return `no WebGPU here: ${String(error)}`;
  }
  await setBackend('webgpu');
  return getBackend() === 'webgpu' ? undefined : 'tfjs did not start its webgpu backend';
}
