import { assertRegistry, assertText } from './assert-registry.js';
import { resolve } from 'node:path';

import { isMoekitError, nearest } from '@moekit/kernels';
import type { TaskPlugin } from '@moekit/models';

import { fail } from '../errors.js';
import { isPath } from './reference.js';
import { exportOf } from './default-of.js';
import { describeLoadError } from './describe-load-error.js';
import { fileProblem } from './file-problem.js';
import { findPackage } from './find-package.js';
import { hashModules } from './hash-modules.js';
import { importFile } from './import-file.js';
import type { PluginRegistry } from './registry.js';

/**
 * The task of an experiment: one of moekit's, a file (counted from the working directory) or an installed package.
 * @throws BENCH_CONFIG when there is none of that name, BENCH_PLUGIN_FILE, BENCH_PLUGIN_EXPORT
 */
export async function loadTask(name: string, registry: PluginRegistry): Promise<TaskPlugin> {
  assertText('loadTask', 'name', name);
  assertRegistry('loadTask', registry);
  const registered = registry.tasks.get(name);
  if (registered) return registered.load();
  const path = locateTask(name);
  if (path === undefined) throw unknownTask(name, registry.tasks.keys());
  return importTask(name, path);
}

/** sha256 of a task's code, imports and packages included; null for one of moekit's, and where there is none. */
export function hashTask(name: string, { tasks }: PluginRegistry): string | null {
  const registered = tasks.get(name);
  if (registered) return registered.hash();
  const path = locateTask(name);
  return path !== undefined && fileProblem(path) === undefined ? hashModules(path) : null;
}

/** @param from names are looked up from there */
export function locateTask(name: string, from = process.cwd()): string | undefined {
  return isPath(name) ? resolve(from, name) : findPackage(name, from);
}

/** Imports a task from the file that its name leads to. @throws BENCH_PLUGIN_FILE, BENCH_PLUGIN_EXPORT */
export async function importTask(name: string, path: string): Promise<TaskPlugin> {
  return assertTask(exportOf(await importModule(name, path)), name);
}

/** The error for a name that nothing answers to. */
export function unknownTask(name: string, names: Iterable<string>) {
  const known = [...names];
  const near = nearest(name, known);
  return fail('BENCH_CONFIG', {
    asked: "The task must be one of moekit's, a file or an installed package",
    got: `task = ${JSON.stringify(name)}`,
    fix:
      near === undefined
        ? `Check the name, or install the package. Tasks are ${known.join(', ')}.`
        : `Did you mean ${near}?`,
  });
}

async function importModule(name: string, path: string): Promise<unknown> {
  assertTaskFile(name, path);
  try {
    return await importFile(path);
  } catch (cause) {
    if (isMoekitError(cause)) throw cause;
    const asked = mustLoad(name);
    throw fail('BENCH_PLUGIN_FILE', { asked, ...describeLoadError(cause, path), cause });
  }
}

const mustLoad = (name: string) => `Task plug-in ${name} must load`;

/** @throws BENCH_PLUGIN_FILE where there is no such file */
export function assertTaskFile(name: string, path: string): void {
  const problem = fileProblem(path);
  if (problem === undefined) return;
  const got = `${path}, ${problem}`;
  throw fail('BENCH_PLUGIN_FILE', { asked: mustLoad(name), got, fix: 'Check the path.' });
}

const NEEDED = ['name', 'options', 'metrics', 'load', 'layer', 'create'] as const;

export function assertTask(value: unknown, from: string): TaskPlugin {
  const record = Object(value ?? {}) as Record<string, unknown>;
  const missing = NEEDED.filter((key) => record[key] === undefined);
  if (missing.length === 0) return value as TaskPlugin;
  throw fail('BENCH_PLUGIN_EXPORT', {
    asked: `${from} must default-export a task plug-in (TaskPlugin of @moekit/models)`,
    got:
      value === undefined || value === null
        ? 'no default export'
        : `one without ${missing.join(', ')}`,
    fix: 'Add them; docs/recipes.md#a-task shows a complete task.',
  });
}
