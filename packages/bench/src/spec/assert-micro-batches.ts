import { fail } from '../errors.js';

interface Batches {
  readonly batchSize: number;
  readonly microBatches?: number | undefined;
}

/** @param of whose training it is, for the message      @throws BENCH_CONFIG unless the batch can be cut so */
export function assertMicroBatches({ batchSize, microBatches = 1 }: Batches, of: string): void {
  if (batchSize % microBatches === 0) return;
  throw fail('BENCH_CONFIG', {
    asked: `training.microBatches of ${of} must divide training.batchSize = ${batchSize}`,
    got: String(microBatches),
    fix: 'Choose a divisor: a step passes its batch in that many equal parts.',
  });
}
