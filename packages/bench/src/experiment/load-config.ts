import { readFile } from 'node:fs/promises';
import { dirname, extname, relative, resolve } from 'node:path';

import { isHubReference } from '@moekit/models';

import { fail } from '../errors.js';
import { importFile } from '../plugins/import-file.js';
import { parseReference } from '../plugins/reference.js';
import { isPath } from './label.js';
import { readRow } from './parse-router.js';

/**
 * Reads an experiment file (.json, or a .ts/.js module that default-exports it). File names in it count from its own
 * folder; they come back relative to `cwd`. Nothing is validated yet: command-line flags may still override keys.
 * @throws BENCH_CONFIG
 */
export async function loadConfig(file: string, cwd: string): Promise<Record<string, unknown>> {
  const path = resolve(cwd, file);
  const value = extname(path) === '.json' ? await readJson(path, file) : await readModule(path);
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw fail('BENCH_CONFIG', {
      asked: `Config ${file} must hold one object`,
      got: Array.isArray(value) ? 'an array' : String(value),
      fix: 'See docs/benchmark-method.md for an example.',
    });
  }
  const rebase = (name: string) => relative(cwd, resolve(dirname(path), name));
  return rebaseFiles(value as Record<string, unknown>, rebase);
}

async function readJson(path: string, file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as unknown;
  } catch (cause) {
    throw fail('BENCH_CONFIG', {
      asked: `Config ${file} must be a readable JSON file`,
      got: (cause as Error).message,
      fix: 'Check the path and the syntax.',
      cause,
    });
  }
}

async function readModule(path: string): Promise<unknown> {
  return ((await importFile(path)) as { default?: unknown }).default;
}

function rebaseFiles(config: Record<string, unknown>, rebase: (name: string) => string) {
  const { data, routers, task } = config as {
    data?: Record<string, unknown>;
    routers?: unknown;
    task?: unknown;
  };
  const file = (value: unknown) =>
    typeof value === 'string' && isFile(value) ? rebase(value) : value;
  return {
    ...config,
    ...(typeof task === 'string' && isPath(task) && { task: rebaseModule(task, rebase) }),
    ...(data && {
      data: {
        ...data,
        ...(data['source'] !== undefined && { source: file(data['source']) }),
        ...(data['tokenizer'] !== undefined && { tokenizer: file(data['tokenizer']) }),
      },
    }),
    ...(Array.isArray(routers) && {
      routers: routers.map((row) => rebaseRouter(readRow(row), rebase)),
    }),
  };
}

function isFile(text: string): boolean {
  return !isHubReference(text) && (isPath(text) || extname(text) !== '');
}

function rebaseRouter(entry: unknown, rebase: (name: string) => string): unknown {
  const router = (entry as { router?: unknown } | null)?.router;
  if (typeof router !== 'string' || !isPath(router)) return entry;
  const { source, exportName } = parseReference(router);
  const suffix = exportName === 'default' ? '' : `#${exportName}`;
  return { ...(entry as object), router: `${rebaseModule(source, rebase)}${suffix}` };
}

function rebaseModule(source: string, rebase: (name: string) => string): string {
  const file = rebase(source) || '.';
  return isPath(file) ? file : `./${file}`;
}
