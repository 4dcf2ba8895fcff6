import type { Task, TaskData } from '@moekit/models';

import type { MoEHooks, MoEParts } from './moe-factory.js';
import { moeFactory } from './moe-factory.js';
import type { ResolvedRun } from './resolve-run.js';

/** The parts of a run that building its model needs, resolved now or when it was trained. */
type Buildable = Pick<ResolvedRun, 'task' | 'settings' | 'layer' | 'router'> & {
  readonly spec: Pick<ResolvedRun['spec'], 'seed' | 'router'> & {
    readonly training: { readonly batchSize: number };
  };
  /** Sizes of the MoE layers; null for a dense model. */
  readonly experts: MoEParts['experts'] | null;
};

/** Builds the task of a run with its model, which the caller disposes. */
export function buildRun(run: ResolvedRun, data: TaskData, hooks?: MoEHooks): Task {
  return buildTask({ ...run, experts: expertsOf(run) }, data, hooks);
}

/** Builds the same where the sizes of the MoE layers are known. */
export function buildTask(run: Buildable, data: TaskData, hooks?: MoEHooks): Task {
  const { task, settings, layer, router, experts, spec } = run;
  const { seed, training } = spec;
  const { activation } = layer;
  const { options } = spec.router;
  const moe =
    router && experts ? moeFactory({ router, options, experts, activation }, hooks) : undefined;
  return task.create(settings, data, { seed, batchSize: training.batchSize, ...(moe && { moe }) });
}

/** The sizes of a run's MoE layers: matched, or given instead; null for a dense model. */
export function expertsOf({ spec, match }: ResolvedRun): MoEParts['experts'] | null {
  if (match === null) return null;
  const { numExperts, expertWidth } = match;
  return { ...spec.experts, numExperts, expertWidth };
}
