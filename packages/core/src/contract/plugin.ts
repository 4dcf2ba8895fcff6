import type { StandardSchemaV1 } from '@standard-schema/spec';

import { assertKinds } from '../arguments/assert-kinds.js';
import { fail } from '../errors.js';
import { guide } from './guide.js';
import type { Router, RouterSpec } from './router.js';

/** The version of this contract; a plug-in names the one it was written for. */
export const ROUTER_API_VERSION = 1;

/** A router in a list of routers, as `moekit routers` prints it. */
export interface RouterAbout {
  /** The decision in one line, without a full stop at its end. */
  readonly summary: string;
  /** The rule's source: a paper with its arXiv number, a page, a repository. */
  readonly reference: string;
}

/** The default export of a router package, and of a file that `--router FILE` loads. */
export interface RouterPlugin<Options = unknown, Input = unknown> {
  readonly name: string;
  readonly apiVersion: typeof ROUTER_API_VERSION;
  readonly about?: RouterAbout;
  /**
   * Any Standard Schema (zod, valibot, arktype): parses unknown input, fills in defaults. Its input type is what editors
   * complete and TypeScript checks where the router is made.
   */
  readonly options: StandardSchemaV1<Input, Options>;
  create(spec: RouterSpec, options: Options): Router;
}

/** Types a plug-in by its schema: `export default defineRouter({ name, apiVersion: 1, options, create })`. */
export function defineRouter<Options, Input = unknown>(
  plugin: RouterPlugin<Options, Input>,
): RouterPlugin<Options, Input> {
  assertKinds('defineRouter', { plugin }, { plugin: 'object' }, guide('the-plug-in'));
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
    [isAbout(plugin?.about), 'about: { summary, reference } (two strings)'],
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

function kindOf(value: unknown): string {
  if (typeof value === 'function') return 'a function: export what it returns';
  return value === null || value === undefined ? String(value) : `a ${typeof value}`;
}

/** An entry may be missing; one that is there has both texts. */
function isAbout(about: unknown): boolean {
  if (about === undefined) return true;
  const { summary, reference } = (about ?? {}) as Partial<RouterAbout>;
  return [summary, reference].every((text) => typeof text === 'string' && text !== '');
}

/** A Standard Schema is an object or a function (arktype) that can validate. */
function isSchema(value: RouterPlugin['options'] | undefined): boolean {
  return typeof value?.['~standard']?.validate === 'function';
}
