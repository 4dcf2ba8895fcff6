import type { PluginRegistry, RouterEntry } from '@moekit/bench';
import { findPackage, isPath, parseReference } from '@moekit/bench';
import { closest } from 'fastest-levenshtein';

import { fail } from './errors.js';

/** @throws CLI_ROUTER_UNKNOWN with the nearest name that exists */
export function assertRouterNames(routers: readonly RouterEntry[], registry: PluginRegistry): void {
  const names = ['dense', ...registry.keys()];
  for (const { router } of routers) {
    if (names.includes(router) || isPath(router)) continue;
    if (findPackage(parseReference(router).source) !== undefined) continue;
    throw fail('CLI_ROUTER_UNKNOWN', {
      asked: `A router must be one of ${names.join(', ')}, a file or an installed package`,
      got: router,
      fix: `Did you mean ${closest(router, names)}?`,
    });
  }
}
