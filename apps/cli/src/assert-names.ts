import type { PluginRegistry, RouterEntry } from '@moekit/bench';
import { findPackage, isPath, parseReference } from '@moekit/bench';
import { nearest } from '@moekit/kernels';

import { fail } from './errors.js';

/** @throws CLI_ROUTER_UNKNOWN with the nearest name that exists */
export function assertRouterNames(
  routers: readonly Pick<RouterEntry, 'router'>[],
  registry: PluginRegistry,
): void {
  for (const { router } of routers) assertKnown('router', router, [...registry.routers.keys()]);
}

/** @throws CLI_USAGE with the nearest name that exists */
export function assertTaskName(task: string, { tasks }: PluginRegistry): void {
  assertKnown('task', task, [...tasks.keys()]);
}

const CODES = { router: 'CLI_ROUTER_UNKNOWN', task: 'CLI_USAGE' } as const;

function assertKnown(what: 'router' | 'task', name: string, names: readonly string[]): void {
  if (names.includes(name) || isPath(name)) return;
  if (findPackage(parseReference(name).source) !== undefined) return;
  const near = nearest(name, names);
  throw fail(CODES[what], {
    asked: `A ${what} must be one of ${names.join(', ')}, a file or an installed package`,
    got: name,
    fix: near === undefined ? 'Check the name, or install the package.' : `Did you mean ${near}?`,
  });
}
