import type { MoekitError, Path } from '@moekit/core';
import { parseOptions } from '@moekit/core';

import type { PluginRegistry } from '../plugins/registry.js';
import { attempt, placed } from './attempt.js';
import type { RouterEntry } from './config.js';
import type { Origin } from './origin.js';

/** The routers there are, and what to say of others. */
export interface ReadContext {
  readonly registry: PluginRegistry;
  /** Says what is wrong with a name that no router has. */
  readonly unknownRouter?: (name: string) => MoekitError | undefined;
}

/** Where a row is in its configuration. */
export interface RowPlace {
  readonly origin: Origin;
  /** None where flags wrote the row. */
  readonly path: Path;
}

/** The mistakes in a row that can be known without running the user's code: its router's name and options. */
export async function rowErrors(
  row: unknown,
  { origin, path }: RowPlace,
  context: ReadContext,
): Promise<MoekitError[]> {
  const { router, options, evaluateAs } = Object(row) as Partial<RouterEntry>;
  if (typeof router !== 'string') return [];
  const unknown = context.unknownRouter?.(router);
  if (unknown) return [placed(unknown, path.length > 0 ? [...path, 'router'] : [], origin)];
  const registered = context.registry.routers.get(router);
  const plugin = registered?.hash() === null ? await registered.load() : undefined;
  if (!plugin) return [];
  const errors: MoekitError[] = [];
  const check = (given: unknown, ...below: Path) => {
    const whole = path.length > 0 ? [...path, ...below] : [router];
    attempt(errors, () =>
      parseOptions(plugin.options, given, `router ${router}`, { path: whole, at: origin.at }),
    );
  };
  if (isRecord(options)) check(options, 'options');
  if (!Array.isArray(evaluateAs)) return errors;
  evaluateAs.forEach((as: unknown, i) => {
    const { options: own } = Object(as) as { options?: unknown };
    if (isRecord(own)) check(own, 'evaluateAs', i, 'options');
  });
  return errors;
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
