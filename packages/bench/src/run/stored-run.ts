import type { StartedBackend } from '@moekit/backends';
import { parseOptions } from '@moekit/core';
import type { CheckpointManifest, CheckpointRun } from '@moekit/models/node';
import type { TaskData } from '@moekit/models';
import { largestBatchSize, parseTrainOptions, strict } from '@moekit/models';
import { z } from 'zod';

import { expertsOf } from './build-run.js';
import type { ResolvedRun } from './resolve-run.js';
import { trainOptionsOf } from './resolve-run.js';

const count = z.int().min(1);
const settings = z.record(z.string(), z.json());

/** The members of a checkpoint from which its model can be built again: all defaults filled in, all sizes decided. */
const storedRunSchema = strict({
  /** As the run's specification names it. */
  task: z.string(),
  data: settings,
  model: settings,
  router: strict({ router: z.string(), options: settings }),
  /** N and d_e of an MoE layer, and how its experts started; null for a dense model. */
  experts: strict({
    numExperts: count,
    expertWidth: count,
    init: z.enum(['independent', 'copies']).exactOptional(),
    sharedWidth: count.exactOptional(),
  }).nullable(),
  expertParameters: count,
  batchSize: count.max(largestBatchSize),
  seed: z.int(),
  /** sha256 of the router's and of the task's code, imports and packages included; null for those of moekit. */
  code: strict({ router: z.string().nullable(), task: z.string().nullable() }),
});

/** A run as its checkpoints carry it. */
export type StoredRun = z.output<typeof storedRunSchema>;

/**
 * The description of a run in its checkpoints: all that must be the same where it is resumed.
 * @param started what `startBackend` gave, with further versions that the results depend on
 */
export function checkpointRunOf(
  run: ResolvedRun,
  { description: { name, hash } }: TaskData,
  started: Pick<StartedBackend, 'name' | 'versions'>,
): CheckpointRun {
  return {
    config: storedRunOf(run),
    training: parseTrainOptions(trainOptionsOf(run.spec)),
    data: { name, hash },
    backend: started.name,
    versions: started.versions,
  };
}

function storedRunOf(run: ResolvedRun): StoredRun {
  const { task, router, expertParameters, training, seed } = run.spec;
  const { data, model } = run.settings;
  const { init, ...sizes } = expertsOf(run) ?? {};
  const experts = expertsOf(run) && { ...sizes, ...(init === 'copies' && { init }) };
  const rest = { router, experts, expertParameters, batchSize: training.batchSize, seed };
  return JSON.parse(JSON.stringify({ task, data, model, ...rest, code: run.code })) as StoredRun;
}

/** The run in a checkpoint's manifest. @throws MOE_OPTIONS when moekit did not write it */
export function readStoredRun({ config }: CheckpointManifest): StoredRun {
  return parseOptions(storedRunSchema, config, 'the run in the checkpoint');
}

/**
 * The description in a checkpoint, as a specification that flags may change: its experts keep their sizes, whatever
 * becomes of the router's options.
 */
export function specInput(manifest: CheckpointManifest): Record<string, unknown> {
  const { experts, batchSize, code: _, ...run } = readStoredRun(manifest);
  const { seed: __, ...training } = manifest.training;
  return {
    ...run,
    ...(experts && { experts }),
    training: { ...training, batchSize },
    backend: manifest.backend,
  };
}
