import type { PluginRegistry } from '@moekit/bench';
import { loadTask, parts } from '@moekit/bench';
import { resolveBinding } from '@moekit/core/di';
import type { TaskPlugin } from '@moekit/models';

import { assertTaskName } from '../../assert-names.js';
import { composeApplication } from '../../container.js';
import type { TaskEntry } from '../../output/tasks.js';
import { renderTask, renderTasks } from '../../output/tasks.js';
import { outputColumns, print } from '../../output/terminal.js';
import { listOptions } from '../../routers/list-options.js';
import type { TasksFlags } from '../tasks.js';

/** Lists the tasks, or says what one is. @returns the exit code      @throws coded errors for a bad name */
export async function tasks(name: string | undefined, flags: TasksFlags): Promise<number> {
  const registry = resolveBinding(await composeApplication(), parts.registry);
  const columns = outputColumns(flags);
  if (name === undefined) {
    const entries = await listTasks(registry);
    print(flags.json ? `${JSON.stringify(entries, null, 2)}\n` : renderTasks(entries, columns));
    return 0;
  }
  assertTaskName(name, registry);
  const plugin = await loadTask(name, registry);
  const entry = entryOf(name, plugin);
  const options = listOptions(plugin);
  const found = { ...entry, options };
  print(flags.json ? `${JSON.stringify(found, null, 2)}\n` : renderTask(entry, options, columns));
  return 0;
}

/** Names that an application adds come last. */
function listTasks({ tasks: known }: PluginRegistry): Promise<readonly TaskEntry[]> {
  return Promise.all([...known].map(async ([name, { load }]) => entryOf(name, await load())));
}

function entryOf(name: string, { about, metrics }: TaskPlugin): TaskEntry {
  const { summary = '', data = '' } = about ?? {};
  return { name, summary, data, metrics: metrics.map((metric) => ({ ...metric })) };
}
