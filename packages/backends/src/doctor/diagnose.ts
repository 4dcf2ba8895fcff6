import type { PlanExplanation } from '@moekit/kernels';

import type { BackendFinding } from '../find/find-backends.js';
import { probeAdapter } from '../machine/probe-adapter.js';
import { listInstalled } from '../tensorflow/list-installed.js';
import type { Attempted } from './attempt.js';
import { attemptsOf } from './attempt.js';
import { checkAttempts } from './check-attempts.js';
import { checkComputes } from './check-computes.js';
import { checkGpu } from './check-gpu.js';
import type { DoctorReport } from './examine.js';
import { examine } from './examine.js';
import { tryBackend } from './try-backend.js';

/** An examination with what only other processes can find out. */
export interface Diagnosis extends DoctorReport {
  /** Every found backend in each of its ways, started and computed with in a process of its own. */
  readonly attempts: readonly Attempted[];
  /** The plan of the chosen backend's kernels for a standard layer; null where it does not start. */
  readonly kernels: PlanExplanation | null;
}

/**
 * Examines this machine and starts every backend that it has, each in a process of its own: one that does not start, or
 * computes wrongly, is not usable, whatever is installed. Starts no backend in this process.
 * @param versions for the report; by default those of Node.js and of the backends' packages
 */
export async function diagnose(versions?: Record<string, string>): Promise<Diagnosis> {
  const adapter = await probeAdapter();
  const examined = examine({ adapter, ...(versions && { versions }) });
  const attempts: Attempted[] = [];
  // one after another: they would wait for each other's cores, and a slow one would look like one that hangs
  for (const attempt of examined.backends.flatMap(attemptsOf))
    attempts.push(await tryBackend(attempt));
  const { name } = examined.chosen;
  const backends = examined.backends.map((finding) => asTried(finding, attempts));
  const found = [...(await checkGpu()), ...(await checkComputes(backends))];
  const starts = backends.some((backend) => backend.name === name && backend.usable);
  const { reason } = examined.chosen;
  return {
    ...examined,
    backends,
    chosen: { name, reason: starts ? reason : `${reason}, but it does not start here` },
    attempts,
    checks: [...examined.checks, ...checkAttempts(attempts, name), ...found],
    kernels: attempts.find(({ backend }) => backend === name)?.plan ?? null,
  };
}

const brokenInstalls = () => listInstalled().filter(({ manifest }) => manifest === null);

/** A backend that did not start is not usable: the reason is the cause, and what helps the cure. */
export function asTried(finding: BackendFinding, attempts: readonly Attempted[]): BackendFinding {
  const usual = attempts.find(({ backend }) => backend === finding.name);
  const [broken] = finding.name === 'tensorflow' && !finding.found ? brokenInstalls() : [];
  if (broken) return { ...finding, reason: `half installed: ${broken.problem}` };
  if (usual === undefined || usual.works) return finding;
  return { ...finding, usable: false, reason: usual.cause, howToGet: usual.fix };
}
