import { fail } from '../errors.js';
import type { Task } from '../task.js';

/** A part of a step's batch that passes the model by itself. */
export interface MicroBatch<Batch> {
  readonly batch: Batch;
  /** Its part of the step's targets; those of a step sum to 1. */
  readonly share: number;
}

/** With the seed of its routers' noise. */
export type Seeded<Batch> = MicroBatch<Batch> & { readonly seed: number };

/**
 * Cuts the batch of a step. Parts without a target have no gradient and are left out.
 * @throws MODELS_MICRO_BATCHES when the task cannot cut it so
 */
export function microBatchesOf<Batch>(
  task: Task<Batch>,
  batch: Batch,
  parts: number,
): MicroBatch<Batch>[] {
  if (parts === 1) return [{ batch, share: 1 }];
  assertSplits(task, parts);
  const targets = (part: Batch) => task.sizeOf(part).targets;
  const taught = task.splitBatch!(batch, parts).filter((part) => targets(part) > 0);
  const all = taught.reduce((sum, part) => sum + targets(part), 0);
  return taught.map((part) => ({ batch: part, share: targets(part) / all }));
}

/** @throws MODELS_MICRO_BATCHES when a task has no way to cut its batches */
export function assertSplits<Batch>(task: Task<Batch>, parts: number): void {
  if (parts === 1 || task.splitBatch) return;
  throw fail('MODELS_MICRO_BATCHES', {
    asked: `Task ${task.name} must have splitBatch(batch, parts) to train with ${parts} micro-batches`,
    got: 'a task without it',
    fix: 'Leave training.microBatches out, or give the task a splitBatch.',
  });
}

/**
 * Where the parts of a batch of rows begin and end, rows being what is never cut: sequences, pictures, sentences.
 * @returns [from, to] of each part
 * @throws MODELS_MICRO_BATCHES unless they are equal
 */
export function equalParts(rows: number, parts: number): [from: number, to: number][] {
  const each = rows / parts;
  if (Number.isInteger(each) && each >= 1) return cutsOf(rows, parts);
  throw fail('MODELS_MICRO_BATCHES', {
    asked: `training.microBatches must divide the batch of ${rows}`,
    got: String(parts),
    fix: 'Choose a divisor of training.batchSize.',
  });
}

/** The same where batches differ in size: parts that differ by one row at most, none of them empty. */
export function nearlyEqualParts(rows: number, parts: number): [from: number, to: number][] {
  return cutsOf(rows, Math.min(rows, parts));
}

function cutsOf(rows: number, parts: number): [number, number][] {
  const place = (i: number) => Math.floor((i * rows) / parts);
  return Array.from({ length: parts }, (_, i) => [place(i), place(i + 1)]);
}
