import type { Gpu } from '../machine/list-gpus.js';
import { listGpus } from '../machine/list-gpus.js';
import { gpuVisible } from '../tensorflow/gpu-visible.js';
import type { Check } from './verdict.js';

/** Name, driver and memory of each NVIDIA GPU; nothing on a machine without one. */
export async function checkGpu(
  visible: () => boolean = gpuVisible,
  list: () => Promise<readonly Gpu[]> = listGpus,
): Promise<Check[]> {
  if (!visible()) return [];
  const gpus = await list();
  if (gpus.length === 0) {
    const text = 'GPU: an NVIDIA device, but nvidia-smi does not answer';
    return [{ verdict: 'problem', text, fix: 'install or update the NVIDIA driver' }];
  }
  return gpus.map(({ name, driver, memoryMiB }) => ({
    verdict: 'ok',
    text: `GPU: ${name}, ${driver}, ${memoryMiB} MiB`,
  }));
}
