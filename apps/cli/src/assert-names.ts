import type { PluginRegistry, RouterEntry } from '@moekit/bench';
import { findPackage, isPath, parseReference } from '@moekit/bench';
import { joinErrors, nearest } from '@moekit/kernels';

import { fail } from './errors.js';

/** @throws CLI_ROUTER_UNKNOWN for every name that no router has, with the nearest that exists */
export function assertRouterNames(
  routers: readonly Pick<RouterEntry, 'router'>[],
  registry: PluginRegistry,
): void {
  const wrong = joinErrors(
    [...new Set(routers.map(({ router }) => router))].flatMap(
      (router) => unknownRouter(router, registry) ?? [],
    ),
    'The list of routers',
  );
  if (wrong) throw wrong;
}

/** The error for a name that no router has; undefined for one that has. */
export function unknownRouter(router: string, registry: PluginRegistry) {
  return unknown('router', router, [...registry.routers.keys()]);
}

/** @throws CLI_USAGE with the nearest name that exists */
export function assertTaskName(task: string, { tasks }: PluginRegistry): void {
  const wrong = unknown('task', task, [...tasks.keys()]);
  if (wrong) throw wrong;
}

const CODES = { router: 'CLI_ROUTER_UNKNOWN', task: 'CLI_USAGE' } as const;

function unknown(what: 'router' | 'task', name: string, names: readonly string[]) {
  if (names.includes(name) || isPath(name)) return undefined;
  if (findPackage(parseReference(name).source) !== undefined) return undefined;
  const near = nearest(name, names);
  const known = `${what === 'router' ? 'Routers' : 'Tasks'} are ${names.join(', ')}.`;
  return fail(CODES[what], {
    asked: `A ${what} must be one of moekit's, a file or an installed package`,
    got: name,
    fix:
      near === undefined
        ? `Check the name, or install the package. ${known}`
        : `Did you mean ${near}?`,
  });
}
