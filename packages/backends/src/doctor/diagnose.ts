import type { PlanExplanation } from '@moekit/kernels';

import { probeAdapter } from '../machine/probe-adapter.js';
import { checkComputes } from './check-computes.js';
import { checkGpu } from './check-gpu.js';
import type { DoctorReport } from './examine.js';
import { examine } from './examine.js';
import { explainKernels } from './explain-kernels.js';

/** An examination with what only other processes can find out. */
export interface Diagnosis extends DoctorReport {
  /** The plan of the chosen backend's kernels for a standard layer; null where it does not start. */
  readonly kernels: PlanExplanation | null;
}

/**
 * Examines this machine, computes with an installed TensorFlow and asks the kernels what they would do, each in a
 * process of its own; starts no backend in this one.
 * @param versions for the report; by default those of Node.js and of the backends' packages
 */
export async function diagnose(versions?: Record<string, string>): Promise<Diagnosis> {
  const adapter = await probeAdapter();
  const examined = examine({ adapter, ...(versions && { versions }) });
  const found = [...(await checkGpu()), ...(await checkComputes(examined.backends))];
  const kernels = await explainKernels(examined.chosen.name);
  return { ...examined, checks: [...examined.checks, ...found], kernels };
}
