import { isMoekitError } from '@moekit/kernels';

import type { Router, RouterPlugin, RouterSpec } from './contract.js';
import { ROUTER_API_VERSION } from './contract.js';
import { assertSizes } from './assert-spec.js';
import { fail } from './errors.js';
import { guide } from './guide.js';
import { parseOptions } from './options/parse-options.js';
import { createRng } from './rng.js';

/** Types a plug-in by its schema: `export default defineRouter({ name, apiVersion: 1, options, create })`. */
export function defineRouter<Options, Input = unknown>(
  plugin: RouterPlugin<Options, Input>,
): RouterPlugin<Options, Input> {
  return plugin;
}

/**
 * Checks that a value (a module's default export, say) is a router plug-in.
 * @throws MOE_PLUGIN, MOE_API_VERSION
 */
export function assertPlugin(value: unknown, from = 'A router plug-in'): RouterPlugin {
  const plugin = value as Partial<RouterPlugin> | null | undefined;
  const missing = [
    [typeof plugin?.name === 'string' && plugin.name !== '', 'name (a string)'],
    [typeof plugin?.apiVersion === 'number', `apiVersion (${ROUTER_API_VERSION})`],
    [isSchema(plugin?.options), 'options (a Standard Schema such as zod)'],
    [typeof plugin?.create === 'function', 'create(spec, options)'],
  ].flatMap(([present, member]) => (present ? [] : [member]));
  if (missing.length > 0) {
    throw fail('MOE_PLUGIN', {
      asked: `${from} must be an object with name, apiVersion, options and create`,
      got: typeof value === 'object' && value ? `one without ${missing.join(', ')}` : kindOf(value),
      fix: guide('the-plug-in'),
    });
  }
  if (plugin?.apiVersion !== ROUTER_API_VERSION) {
    throw fail('MOE_API_VERSION', {
      asked: `${from} must be written for router API ${ROUTER_API_VERSION}`,
      got: `apiVersion ${String(plugin?.apiVersion)}`,
      fix: `Install a version of the plug-in that matches this moekit. ${guide('the-plug-in')}`,
    });
  }
  return plugin as RouterPlugin;
}

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
    return `flopsPerToken() ${String(flops)}, which is no count`;
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
      asked: `Plug-in ${plugin.name} must create a router for ${spec.numExperts} experts of width ${spec.modelWidth}`,
      got: `an exception inside create: ${cause instanceof Error ? cause.message : String(cause)}`,
      fix: `Reject bad options in the schema, or throw a MoekitError. ${guide('the-plug-in')}`,
      cause,
    });
  }
}

function kindOf(value: unknown): string {
  if (typeof value === 'function') return 'a function: export what it returns';
  return value === null || value === undefined ? String(value) : `a ${typeof value}`;
}

/** A Standard Schema is an object or a function (arktype) that can validate. */
function isSchema(value: RouterPlugin['options'] | undefined): boolean {
  return typeof value?.['~standard']?.validate === 'function';
}

function assertSpec(spec: RouterSpec): void {
  assertSizes('a router', spec, ['modelWidth', 'numExperts']);
  createRng(spec.seed); // refuses an impossible seed
}

/**
 * Guards causal use (language-model evaluation, decoding).
 * @throws MOE_NOT_CAUSAL when the router looks at later tokens and `allow` is not set
 */
export function assertCausal(router: Pick<Router, 'name' | 'causal'>, allow = false): void {
  if (router.causal || allow) return;
  throw fail('MOE_NOT_CAUSAL', {
    asked: 'A causal model needs a router whose decision for a token uses no later token',
    got: `router ${router.name}, which says causal: false`,
    fix: 'Use another router, or allow it explicitly: its scores then leak information about later tokens.',
  });
}
