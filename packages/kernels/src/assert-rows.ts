import { fail } from './errors.js';
import type { DispatchPlan } from './plan.js';

/** @throws KERNELS_VALUE unless maxRows is a whole number of at least 0, or not given */
export function assertMaxRows(maxRows: number | undefined): void {
  if (maxRows === undefined || (Number.isInteger(maxRows) && maxRows >= 0)) return;
  throw fail('KERNELS_VALUE', {
    asked: 'dispatchPlan needs a whole maxRows of at least 0',
    got: String(maxRows),
    fix: 'Top-k routing has exactly T * k rows; leave it out where no bound is known.',
  });
}

/** @throws KERNELS_VALUE when a plan holds more rows than its caller said it could */
export function assertRowsFit({ numRows }: DispatchPlan, maxRows: number | undefined): void {
  if (maxRows === undefined || numRows <= maxRows) return;
  throw fail('KERNELS_VALUE', {
    asked: `A dispatch mask with maxRows ${maxRows} holds at most as many ones`,
    got: `${numRows} routed pairs`,
    fix: 'Correct the bound; a device plan could not hold these rows.',
  });
}

/** @throws KERNELS_VALUE unless a count is a whole number of at least 0 */
export function assertCount(operation: string, argument: string, count: number): void {
  if (Number.isInteger(count) && count >= 0) return;
  throw fail('KERNELS_VALUE', {
    asked: `${operation} needs ${argument} as a whole number of at least 0`,
    got: String(count),
    fix: 'Pass the number of tokens of the batch.',
  });
}
