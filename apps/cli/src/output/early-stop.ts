import { format } from '@moekit/bench';
import type { EarlyStoppingState } from '@moekit/models';

/** The reason why a run ended early. @param minImprovement nats that an improvement has at least */
export function describeWait(
  { best, waited }: EarlyStoppingState,
  minImprovement: number | undefined,
): string {
  const evaluations = `in ${waited} ${waited === 1 ? 'evaluation' : 'evaluations'}`;
  if (best === null) return `no held-out loss that is a number ${evaluations}`;
  const by = minImprovement ? ` by more than ${minImprovement}` : '';
  return `no held-out loss below ${format.bits(best.loss)} of step ${best.step}${by} ${evaluations}`;
}
