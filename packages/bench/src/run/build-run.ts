import type { Task, TaskData } from '@moekit/models';

import { fail } from '../errors.js';
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
  const built = { seed, batchSize: training.batchSize };
  if (!moe) return task.create(settings, data, built);
  let layers = 0;
  const created = task.create(settings, data, {
    ...built,
    moe: (sizes) => {
      layers++;
      return moe(sizes);
    },
  });
  if (layers > 0) return created;
  created.model.dispose();
  throw withoutLayers(spec.router.router, task.name);
}

/** A router that decides nothing would be compared as if it did. */
function withoutLayers(router: string, task: string) {
  return fail('BENCH_MATCH', {
    asked: `A model for router ${router} must have at least one MoE layer`,
    got: `a model of task ${task} without one`,
    fix: 'Raise model.numLayers: every second layer of the tasks lm, translation and vision-language is an MoE layer.',
  });
}

/** The sizes of a run's MoE layers: matched, or given instead; null for a dense model. */
export function expertsOf({ spec, match }: ResolvedRun): MoEParts['experts'] | null {
  if (match === null) return null;
  const { numExperts, expertWidth } = match;
  return { ...spec.experts, numExperts, expertWidth };
}
