import { describeValue } from '../errors/describe-value.js';
import { fail } from '../errors/codes.js';
import { HostPlan } from './host-plan.js';
import type { DispatchPlan } from './plan.js';

/** @throws KERNELS_PLAN unless a plan that came from elsewhere holds what the kernels index memory by */
export function assertPlan(plan: DispatchPlan): void {
  if (plan instanceof HostPlan) return;
  if (typeof plan !== 'object' || plan === null) refuse('the members of one', describeValue(plan));
  if (plan.table) return assertAlive(plan.table);
  const { numTokens, numExperts, numRows } = plan;
  for (const [name, size] of Object.entries({ numTokens, numExperts, numRows })) {
    if (!Number.isInteger(size) || size < 0)
      refuse(`${name} as a whole number from 0`, String(size));
  }
  assertIndices('tokenIndices', plan.tokenIndices, numRows, numTokens);
  assertIndices('expertIndices', plan.expertIndices, numRows, numExperts);
  assertIndices('tokenRows', plan.tokenRows, numRows, numRows);
  assertOffsets('expertOffsets', plan.expertOffsets, numExperts, numRows);
  assertOffsets('tokenOffsets', plan.tokenOffsets, numTokens, numRows);
}

function assertAlive(table: NonNullable<DispatchPlan['table']>): void {
  if (table.isDisposed) refuse('its table', describeValue(table));
}

function assertIndices(name: string, values: Int32Array, length: number, below: number): void {
  if (values?.length !== length) refuse(`${name} of length ${length}`, describeValue(values));
  const at = values.findIndex((value) => !(value >= 0 && value < below));
  if (at >= 0) refuse(`${name} from 0 to ${below - 1}`, `${values[at]} at ${at}`);
}

function assertOffsets(name: string, values: Int32Array, parts: number, rows: number): void {
  if (values?.length !== parts + 1) {
    refuse(`${name} of length ${parts + 1}`, describeValue(values));
  }
  const at = values.findIndex((value, i) => value < (i === 0 ? 0 : values[i - 1]!));
  if (at >= 0) refuse(`${name} that rise from 0`, `${values[at]} at ${at}`);
  if (values[0] !== 0 || values[parts] !== rows) {
    refuse(`${name} from 0 to ${rows}`, `${values[0]} to ${values[parts]}`);
  }
}

function refuse(asked: string, got: string): never {
  throw fail('KERNELS_PLAN', {
    asked: `A plan needs ${asked}`,
    got,
    fix: 'Use a plan that dispatchPlan made.',
  });
}
