import { parseOptions } from '@moekit/core';
import type { TaskPlugin } from '@moekit/models';
import { assertHolds } from '@moekit/models/node';

import type { RunConfig } from './run-config.js';
import { taskNamed } from './tasks.js';

/**
 * The task that a checkpoint names, with the options it gives, which its tensors bear out: nothing is read or built
 * before, since a checkpoint may come from anywhere.
 * @param named what the user calls the task, where it is code that the checkpoint's own name must not load
 * @throws CLI_USAGE, MOE_OPTIONS, MODELS_CHECKPOINT_MISMATCH
 */
export async function describedTask(
  path: string,
  { task: name, data, model, experts }: RunConfig,
  named = name,
): Promise<{ readonly task: TaskPlugin; readonly options: unknown }> {
  const task = await taskNamed(named);
  const options = parseOptions(task.options, { data, model }, `task ${name}`);
  await assertHolds(path, task.leastWeights?.(options, experts ?? undefined));
  return { task, options };
}
