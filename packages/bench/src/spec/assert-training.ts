import type { ScheduleOptions } from '@moekit/models';
import { scheduleFault } from '@moekit/models';

import { fail } from '../errors.js';

/** The keys of a training that must fit each other. */
interface Fitting extends ScheduleOptions {
  readonly batchSize: number;
  readonly microBatches?: number | undefined;
}

/**
 * Asserts that the batches of a training can be cut and that its schedule fits its steps.
 * @param of whose training it is, for the message      @throws BENCH_CONFIG
 */
export function assertTraining(training: Fitting, of: string): void {
  assertMicroBatches(training, of);
  assertSchedule(training, of);
}

function assertMicroBatches({ batchSize, microBatches = 1 }: Fitting, of: string): void {
  if (batchSize % microBatches === 0) return;
  throw fail('BENCH_CONFIG', {
    asked: `training.microBatches of ${of} must divide training.batchSize = ${batchSize}`,
    got: String(microBatches),
    fix: 'Choose a divisor: a step passes its batch in that many equal parts.',
  });
}

function assertSchedule(training: Fitting, of: string): void {
  const fault = scheduleFault(training);
  if (fault === undefined) return;
  const { schedule, steps, warmupSteps, decaySteps } = training;
  throw fail('BENCH_CONFIG', {
    asked: `training.schedule of ${of} must fit its steps`,
    got: JSON.stringify({ schedule, steps, warmupSteps, decaySteps }),
    fix: `training.decaySteps: ${fault}.`,
  });
}
