import type { PluginRegistry, StoredRun } from '@moekit/bench';
import { findPackage, isPath, parseReference } from '@moekit/bench';

import { fail } from '../errors.js';

/** The code of a checkpoint that the command line names, and so trusts. */
export interface Trusted {
  readonly router?: string | undefined;
  readonly task?: string | undefined;
}

/**
 * A checkpoint is data from anywhere: the names in it never load code.
 * @throws CLI_CHECKPOINT_CODE when its router or its task is not one of moekit's and was not named on the command line
 */
export function assertNoForeignCode(
  { router: { router }, task }: Pick<StoredRun, 'router' | 'task'>,
  registry: PluginRegistry,
  trusted: Trusted,
): void {
  if (!registry.routers.has(router) && trusted.router === undefined)
    throw foreign('router', router);
  if (!registry.tasks.has(task) && trusted.task === undefined) throw foreign('task', task);
}

/** Whether a name leads to code without a configuration. */
const canBeNamed = (name: string) =>
  isPath(name) || findPackage(parseReference(name).source) !== undefined;

function foreign(what: 'router' | 'task', name: string) {
  return fail('CLI_CHECKPOINT_CODE', {
    asked: `The checkpoint names the ${what} ${name}, which is not built in, and moekit never loads code because a checkpoint says so`,
    fix: canBeNamed(name)
      ? `If you trust it, name it on the command line: --${what} ${name}`
      : `It is a name of the moekit.config.ts that it was trained with: run where that file is, or name the ${what}'s file: --${what} ./FILE`,
  });
}
