import type { ProcessResult } from '../process/run-process.js';
import { runProcess } from '../process/run-process.js';

export interface Gpu {
  readonly name: string;
  readonly driver: string;
  readonly memoryMiB: number;
}

/** Runs a program: this machine's, or a test's. */
export type Run = (command: string, args: readonly string[]) => Promise<ProcessResult>;

const QUERY = ['--query-gpu=name,driver_version,memory.total', '--format=csv,noheader,nounits'];

/** A driver that hangs answers no one. */
const TIMEOUT = 10_000;

/** The GPUs that NVIDIA's driver shows; none without a driver, or where it does not answer. */
export async function listGpus(run: Run = runInTime): Promise<readonly Gpu[]> {
  const { exitCode, stdout } = await run('nvidia-smi', QUERY);
  if (exitCode !== 0) return [];
  return stdout
    .split('\n')
    .map((line) => line.split(',').map((part) => part.trim()))
    .filter((parts) => parts.length === 3)
    .map(([name, driver, memory]) => ({ name: name!, driver: driver!, memoryMiB: Number(memory) }));
}

const runInTime: Run = (command, args) =>
  runProcess(command, args, { signal: AbortSignal.timeout(TIMEOUT) });
