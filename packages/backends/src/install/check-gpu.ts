import { fail } from '../errors.js';
import type { Gpu, Run } from '../machine/list-gpus.js';
import { listGpus } from '../machine/list-gpus.js';

/** The first driver branch that runs programs built for CUDA 12 (NVIDIA's minor version compatibility). */
const OLDEST_DRIVER = 525;

/**
 * The GPU that a CUDA backend will run on.
 * @throws BACKEND_GPU_ABSENT, BACKEND_DRIVER
 */
export async function checkGpu(run?: Run): Promise<Gpu> {
  const [gpu] = await listGpus(run);
  if (gpu === undefined) {
    throw fail('BACKEND_GPU_ABSENT', {
      asked: 'nvidia-smi finds no NVIDIA GPU, which --gpu needs',
      fix: 'Install the driver (in a container: start it with --gpus all), leave out --gpu, or add --skip-gpu-check to prepare an image for another machine.',
    });
  }
  if (Number.parseInt(gpu.driver, 10) < OLDEST_DRIVER) {
    throw fail('BACKEND_DRIVER', {
      asked: `CUDA 12 needs NVIDIA driver ${OLDEST_DRIVER} or newer`,
      got: `${gpu.driver} (${gpu.name})`,
      fix: 'Update the driver; CUDA itself need not be installed.',
    });
  }
  return gpu;
}
