import type { DispatchPlan } from '../../plan/plan.js';
import type { Estimate } from '../contract/explanation.js';
import { isEven } from './choose-product.js';
import type { Raw, RawScope } from './raw.js';
import type { PlannedCall } from './planned-call.js';

/** [E+1] offsets -> [E] rows of each expert. */
export function countRows({ expertOffsets }: DispatchPlan): number[] {
  return Array.from(expertOffsets.subarray(1), (end, e) => end - expertOffsets[e]!);
}

/** Rows move only where padding is needed: even loads are a batch as they lie. */
export function rowsStay({ plan }: PlannedCall, { algorithm }: Estimate): boolean {
  return algorithm === 'batched' && isEven(countRows(plan));
}

/** [S,A] as one [experts, capacity, A] for each class; the rows that are added are zero. */
export function batchRows(call: PlannedCall, x: Raw, chosen: Estimate): Raw[] {
  const { scope } = call;
  const width = x.shape[1]!;
  const sizes = chosen.classes.map(({ experts, capacity }) => experts.length * capacity);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const padded = rowsStay(call, chosen) ? x : padRows(call, x, total, chosen);
  const parts = sizes.length === 1 ? [padded] : splitRows(scope, padded, sizes);
  return chosen.classes.map(({ experts, capacity }, i) =>
    scope.reshape(parts[i]!, [experts.length, capacity, width]),
  );
}

/** The opposite of `batchRows`: results of all classes back in the order of the plan. */
export function unbatchRows(call: PlannedCall, parts: readonly Raw[], chosen: Estimate): Raw {
  const { scope } = call;
  const flat = scope.concat(parts.map((part) => scope.reshape(part, [-1, part.shape[2]!])));
  return rowsStay(call, chosen) ? flat : scope.gather(flat, placesOf(call, chosen));
}

/** No place is written twice, so no order of writing matters. */
function padRows(call: PlannedCall, x: Raw, total: number, chosen: Estimate): Raw {
  const { scope, plan } = call;
  const places = scope.reshape(placesOf(call, chosen), [plan.numRows, 1]);
  const shape = scope.one(
    'Cast',
    [scope.ints([total, x.shape[1]!])],
    [scope.type('DstT', scope.backend.binding.TF_INT64)],
  );
  return scope.one('ScatterNd', [places, x, shape]);
}

/** Place of each row in the padded order, int64 [S]. */
function placesOf({ plan, indices }: PlannedCall, { algorithm, classes }: Estimate): Raw {
  return indices.upload(plan, `places, ${algorithm}`, () => {
    const places = new Int32Array(plan.numRows);
    let base = 0;
    for (const { experts, capacity } of classes) {
      for (const e of experts) {
        const [first, last] = [plan.expertOffsets[e]!, plan.expertOffsets[e + 1]!];
        for (let s = first; s < last; s++) places[s] = base + s - first;
        base += capacity;
      }
    }
    return places;
  });
}

/** Consecutive rows as separate values that share the memory. */
export function splitRows(scope: RawScope, x: Raw, sizes: readonly number[]): Raw[] {
  const number = scope.int('num_split', sizes.length);
  return scope.many('SplitV', [x, scope.ints(sizes), scope.ints(0)], [number], sizes.length);
}

/** The slices along the first axis, as separate values that share the memory. */
export function unpack(scope: RawScope, x: Raw): Raw[] {
  const slices = x.shape[0]!;
  return scope.many('Unpack', [x], [scope.int('num', slices), scope.int('axis', 0)], slices);
}
