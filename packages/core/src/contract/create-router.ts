import { isMoekitError } from '@moekit/kernels';

import { assertSizes } from '../arguments/assert-sizes.js';
import { fail } from '../errors.js';
import { guide } from './guide.js';
import { parseOptions } from './parse-options.js';
import type { RouterPlugin } from './plugin.js';
import { assertPlugin } from './plugin.js';
import { createRng } from './rng.js';
import type { Router, RouterSpec } from './router.js';

/**
 * Builds a router from a plug-in, its options validated first.
 * @param options typed by the plug-in's schema and validated by it all the same; `undefined` takes every default
 * @throws MOE_SPEC, MOE_OPTIONS, MOE_PLUGIN
 */
export function createRouter<Options, Input>(
  plugin: RouterPlugin<Options, Input>,
  spec: RouterSpec,
  options?: Input,
): Router {
  assertPlugin(plugin);
  assertSpec(spec);
  const parsed = parseOptions(plugin.options, options, `router ${plugin.name}`);
  const router = create(plugin, spec, parsed);
  const missing = (['route', 'variables', 'dispose', 'flopsPerToken'] as const).filter(
    (member) => typeof router?.[member] !== 'function',
  );
  const got =
    missing.length > 0
      ? `none of ${missing.join(', ')}`
      : (wrongNumExperts(router, spec) ?? wrongFlops(router));
  if (got === undefined) return router;
  router?.dispose?.();
  throw fail('MOE_PLUGIN', {
    asked: `Router ${plugin.name} must have route, variables, dispose, flopsPerToken and numExperts = ${spec.numExperts}`,
    got,
    fix: guide('the-router'),
  });
}

function wrongNumExperts({ numExperts }: Router, spec: RouterSpec): string | undefined {
  return numExperts === spec.numExperts ? undefined : `numExperts ${numExperts}`;
}

/** Figures computed from it would not be numbers, or not ones that JSON has. */
function wrongFlops(router: Router): string | undefined {
  try {
    const flops = router.flopsPerToken();
    if (flops >= 0 && flops <= Number.MAX_SAFE_INTEGER) return undefined;
    return `flopsPerToken() ${String(flops)}, which is not a count`;
  } catch (cause) {
    return `an exception inside flopsPerToken: ${String(cause)}`;
  }
}

function create<Options, Input>(
  plugin: RouterPlugin<Options, Input>,
  spec: RouterSpec,
  options: Options,
): Router {
  try {
    return plugin.create(spec, options);
  } catch (cause) {
    if (isMoekitError(cause)) throw cause;
    throw fail('MOE_PLUGIN', {
      asked: `Plug-in ${plugin.name} threw an error in create, for ${spec.numExperts} experts of width ${spec.modelWidth}: ${cause instanceof Error ? cause.message : String(cause)}`,
      fix: `Reject bad options in the schema, or throw a MoekitError. ${guide('the-plug-in')}`,
      cause,
    });
  }
}

function assertSpec(spec: RouterSpec): void {
  assertSizes('a router', spec, ['modelWidth', 'numExperts']);
  createRng(spec.seed); // refuses an impossible seed
}
