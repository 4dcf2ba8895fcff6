import type { PlanExplanation } from '@moekit/kernels';

import { runProcess } from '../process/run-process.js';

/**
 * Asks a fresh process which algorithms a backend's kernels would choose for a standard layer. Nothing starts here.
 * @returns null where that process fails: the other checks say why
 */
export async function explainKernels(backend: string): Promise<PlanExplanation | null> {
  const script = decodeURIComponent(new URL('./explain-process.js', import.meta.url).pathname);
  const { exitCode, stdout } = await runProcess(process.execPath, [script, backend]);
  const last = stdout.trim().split('\n').at(-1);
  return exitCode === 0 && last ? (JSON.parse(last) as PlanExplanation) : null;
}
