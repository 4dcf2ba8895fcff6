import { fail } from '../errors.js';
import type { ProcessResult } from '../process/run-process.js';
import { runProcess } from '../process/run-process.js';

export interface Gpu {
  readonly name: string;
  readonly driver: string;
  readonly memoryMiB: number;
}

type Run = (command: string, args: readonly string[]) => Promise<ProcessResult>;

/** The first driver branch that runs programs built for CUDA 12 (NVIDIA's minor version compatibility). */
const OLDEST_DRIVER = 525;

const QUERY = ['--query-gpu=name,driver_version,memory.total', '--format=csv,noheader,nounits'];

/** The GPUs that NVIDIA's driver shows; none without a driver. */
export async function listGpus(run: Run = runProcess): Promise<readonly Gpu[]> {
  const { exitCode, stdout } = await run('nvidia-smi', QUERY);
  if (exitCode !== 0) return [];
  return stdout
    .split('\n')
    .map((line) => line.split(',').map((part) => part.trim()))
    .filter((parts) => parts.length === 3)
    .map(([name, driver, memory]) => ({ name: name!, driver: driver!, memoryMiB: Number(memory) }));
}

/**
 * The GPU that a CUDA backend will run on.
 * @throws BACKEND_GPU_ABSENT, BACKEND_DRIVER
 */
export async function checkGpu(run: Run = runProcess): Promise<Gpu> {
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
