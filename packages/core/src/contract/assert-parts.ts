import { describeValue } from '@moekit/kernels';

import type { Experts } from './experts.js';
import type { Router } from './router.js';
import { fail } from '../errors.js';

/** @throws MOE_SPEC unless the value can route: what `createRouter` returns, or a router of one's own */
export function assertRouter(what: string, router: Router): void {
  if (hasFunctions(router, ['route', 'variables', 'dispose'])) return;
  const isPlugin = hasFunctions(router, ['create']);
  throw fail('MOE_SPEC', {
    asked: `${what} needs a router`,
    got: isPlugin ? 'a router plug-in' : describeValue(router),
    fix: 'Create one from a plug-in with createRouter(plugin, spec, options).',
  });
}

/** @throws MOE_SPEC unless the value computes rows as `Experts` do */
export function assertExperts(what: string, experts: Experts): void {
  if (hasFunctions(experts, ['apply', 'variables', 'dispose'])) return;
  throw fail('MOE_SPEC', {
    asked: `${what} needs experts`,
    got: describeValue(experts),
    fix: 'Create them with new FeedForwardExperts({ modelWidth, expertWidth, numExperts, seed }).',
  });
}

function hasFunctions(value: unknown, names: readonly string[]): boolean {
  return names.every((name) => typeof (value as never)?.[name] === 'function');
}
