import { existsSync } from 'node:fs';

import type { PluginRegistry } from '@moekit/bench';
import { DENSE } from '@moekit/bench';

import { fail } from '../errors.js';

interface Folders {
  /** As `moekit train RUN` gives it. */
  readonly folder: string | undefined;
  readonly out: string | undefined;
}

/**
 * The folder of a run, given as an argument or by `--out`.
 * @throws CLI_USAGE where there are two, or where the argument is the name of a router or a task and no folder
 */
export function runFolder({ folder, out }: Folders, registry: PluginRegistry): string | undefined {
  if (folder === undefined) return out;
  const [name] = folder.split('?') as [string];
  if (!existsSync(folder)) assertNoName(name, folder, registry);
  if (out === undefined || folder === out) return folder;
  throw fail('CLI_USAGE', {
    asked: 'A run has one folder: moekit train RUN is short for --out RUN',
    got: `${folder} and --out ${out}`,
    fix: 'Leave one out.',
  });
}

function assertNoName(name: string, folder: string, { routers, tasks }: PluginRegistry): void {
  const isRouter = routers.has(name) || name === DENSE.router;
  const what = isRouter ? 'router' : tasks.has(name) ? 'task' : undefined;
  if (what === undefined) return;
  throw fail('CLI_USAGE', {
    asked: 'moekit train takes the folder of a run',
    got: `${folder}, the name of a ${what}`,
    fix: `Use --${what} ${folder}. A run in a folder of that name is moekit train ./${folder}.`,
  });
}
