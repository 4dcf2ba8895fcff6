import { parseOptions } from '@moekit/core';
import type { TaskPlugin } from '@moekit/models';
import { assertHolds } from '@moekit/models';

import type { RunConfig } from './run-config.js';
import { taskNamed } from './tasks.js';

/**
 * The task that a checkpoint names, with the options it gives, which its tensors bear out: nothing is read or built
 * before, since a checkpoint may come from anywhere.
 * @throws CLI_USAGE, MOE_OPTIONS, MODELS_CHECKPOINT_MISMATCH
 */
export async function describedTask(
  path: string,
  { task: name, data, model, experts }: RunConfig,
): Promise<{ readonly task: TaskPlugin; readonly options: unknown }> {
  const task = taskNamed(name);
  const options = parseOptions(task.options, { data, model }, `task ${name}`);
  await assertHolds(path, task.leastWeights?.(options, experts ?? undefined));
  return { task, options };
}
