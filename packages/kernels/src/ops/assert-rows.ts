import { describeValue } from '../errors/describe-value.js';
import { fail } from '../errors/codes.js';
import type { DispatchPlan } from '../plan/plan.js';

/** @throws KERNELS_VALUE unless maxRows is a whole number of at least 0, or not given */
export function assertMaxRows(maxRows: number | undefined): void {
  if (maxRows === undefined || (Number.isInteger(maxRows) && maxRows >= 0)) return;
  throw fail('KERNELS_VALUE', {
    asked: 'dispatchPlan needs maxRows to be a whole number of at least 0',
    got: String(maxRows),
    fix: 'For top-k routing it is T * k. Leave it out where no bound is known.',
  });
}

/** @throws KERNELS_VALUE when a plan holds more rows than its caller said it could */
export function assertRowsFit({ numRows }: DispatchPlan, maxRows: number | undefined): void {
  if (maxRows === undefined || numRows <= maxRows) return;
  throw fail('KERNELS_VALUE', {
    asked: `A dispatch mask with maxRows ${maxRows} must hold at most ${maxRows} ones`,
    got: `${numRows}`,
    fix: 'Correct the bound; a device plan could not hold these rows.',
  });
}

/**
 * Refuses unknown options: a misspelt one would pass as a default.
 * @throws KERNELS_VALUE naming the unknown option and the known ones
 */
export function assertOptions(operation: string, options: object, known: readonly string[]): void {
  const unknown =
    typeof options === 'object' && options !== null
      ? Object.keys(options).find((name) => !known.includes(name))
      : describeValue(options);
  if (unknown === undefined) return;
  throw fail('KERNELS_VALUE', {
    asked: `The options of ${operation} are ${known.join(', ')}`,
    got: unknown,
    fix: 'Correct its name, or leave it out.',
  });
}

/** Tokens that a plan can count: its indices are int32. */
const MOST = 2 ** 31 - 1;

/** @throws KERNELS_VALUE unless a count is a whole number of at least 0 that an int32 holds */
export function assertCount(operation: string, argument: string, count: number): void {
  if (Number.isInteger(count) && count >= 0 && count <= MOST) return;
  throw fail('KERNELS_VALUE', {
    asked: `${operation} needs ${argument} as a whole number from 0 to ${MOST}`,
    got: String(count),
    fix: `Pass ${argument} as it is in the model.`,
  });
}
