import { availableParallelism } from 'node:os';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Makes TensorFlow, and moekit's own operations in it, take a process's even share of the cores. They compute with as
 * many threads as there are cores otherwise, and processes that run at once wait for each other's. Counts for a process
 * that starts with it; what the user has exported stays. No result depends on it.
 * @param processes how many compute at once
 */
export function shareCores(
  processes: number,
  env: Environment = process.env,
  cores = availableParallelism(),
): Record<string, string> {
  const share = Math.max(1, Math.floor(cores / processes));
  return { TF_NUM_INTRAOP_THREADS: env['TF_NUM_INTRAOP_THREADS'] ?? String(share) };
}
