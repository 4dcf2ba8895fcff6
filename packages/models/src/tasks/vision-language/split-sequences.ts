import { equalParts } from '../../training/micro-batches.js';
import type { VisionLanguageBatch } from './batch.js';

/** Equal numbers of whole sequences. @throws MODELS_MICRO_BATCHES when they do not divide the batch */
export function splitSequences(batch: VisionLanguageBatch, parts: number): VisionLanguageBatch[] {
  const { size, patches, tokens, mask, groups, kinds } = batch;
  return equalParts(size, parts).map(([from, to]) => {
    const rows = <Values extends Float32Array | Int32Array>(values: Values, columns = size) =>
      cut(values, [(from * columns) / size, (to * columns) / size], columns) as Values;
    return {
      size: to - from,
      patches: rows(patches, patches.length),
      tokens: rows(tokens, tokens.length),
      mask: rows(mask, mask.length),
      groups: rows(groups, mask.length),
      kinds: rows(kinds),
      ...splitTargets(batch, from, to),
    };
  });
}

/** Columns `from` to `to` of a matrix with that many columns, row by row. */
function cut(
  values: Float32Array | Int32Array,
  [from, to]: readonly [number, number],
  columns: number,
): Float32Array | Int32Array {
  return values.filter((_, i) => i % columns >= from && i % columns < to);
}

/** The targets of some sequences, counted from the first of them. */
function splitTargets(batch: VisionLanguageBatch, from: number, to: number) {
  const { size, mask, targetRows, targetIds, targetOwners } = batch;
  const length = mask.length / size;
  const kept = [...targetRows.keys()].filter((i) => {
    const sequence = Math.floor(targetRows[i]! / length);
    return sequence >= from && sequence < to;
  });
  const pick = (values: Int32Array, by: (value: number) => number) =>
    Int32Array.from(kept, (i) => by(values[i]!));
  return {
    targetRows: pick(targetRows, (row) => row - from * length),
    targetIds: pick(targetIds, (id) => id),
    targetOwners: pick(targetOwners, (owner) => (owner === size ? to - from : owner - from)),
  };
}
