import type { RouterPlugin } from '@moekit/core';
import { createRouter, FeedForwardExperts, MoELayer } from '@moekit/core';
import type { MoEFactory, Task, TaskData, TaskPlugin } from '@moekit/models';

import type { RunConfig } from './run-config.js';

export interface TaskParts {
  readonly task: TaskPlugin;
  /** As the task's schema gave them. */
  readonly options: unknown;
  readonly data: TaskData;
  readonly config: RunConfig;
  /** Absent for a dense model. */
  readonly plugin?: RouterPlugin | undefined;
}

/** The task with its model, as a run decided them; the caller disposes the model. */
export function buildTask({ task, options, data, config, plugin }: TaskParts): Task {
  const { seed, batchSize, experts, router } = config;
  const { activation } = task.layer(options);
  if (!plugin || !experts) return task.create(options, data, { seed, batchSize });
  const moe: MoEFactory = (layer) => {
    const spec = { modelWidth: layer.modelWidth, numExperts: experts.numExperts, seed: layer.seed };
    return new MoELayer({
      router: createRouter(plugin, spec, router.options),
      experts: new FeedForwardExperts({ ...spec, expertWidth: experts.expertWidth, activation }),
    });
  };
  return task.create(options, data, { seed, batchSize, moe });
}
