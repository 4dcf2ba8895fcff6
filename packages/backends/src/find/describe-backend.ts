import type { AdapterSummary } from '@moekit/kernels/dawn';

import type { BackendFinding } from './find-backends.js';
import { probeAdapter } from './probe-adapter.js';

/**
 * What a result depends on beyond the packages of npm: TensorFlow's build and its precision, WebGPU's adapter.
 * @param adapter finds what WebGPU runs on
 */
export async function describeBackend(
  { name, installed, reason }: BackendFinding,
  adapter: () => Promise<AdapterSummary | undefined> = probeAdapter,
): Promise<Record<string, string>> {
  if (name === 'webgpu') return { adapter: (await adapter())?.name ?? 'unknown' };
  if (name !== 'tensorflow') return {};
  const tensorflow = reason.replace(/^TensorFlow /, '');
  const tf32 = process.env['NVIDIA_TF32_OVERRIDE'] === '1' ? 'on' : 'off';
  return {
    ...(installed && { tensorflow }),
    ...((installed ? tensorflow.includes('CUDA') : reason.includes('node-gpu')) && { tf32 }),
  };
}
