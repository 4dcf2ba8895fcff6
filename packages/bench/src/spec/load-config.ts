import { readFile } from 'node:fs/promises';
import { dirname, extname, relative, resolve } from 'node:path';

import { isHubReference } from '@moekit/data/node';
import { isMoekitError } from '@moekit/kernels';

import { fail } from '../errors.js';
import { exportOf } from '../plugins/default-of.js';
import { describeLoadError } from '../plugins/describe-load-error.js';
import { fileProblem } from '../plugins/file-problem.js';
import { importFile } from '../plugins/import-file.js';
import { parseReference } from '../plugins/reference.js';
import { plainProblem } from './assert-plain.js';
import { isPath } from '../plugins/reference.js';
import { readRow } from './parse-router.js';

const MODULE = /^\.[cm]?[jt]s$/;

/**
 * Reads an experiment file (.json, or a .ts/.js module that default-exports it). File names in it count from its own
 * folder; they come back relative to `cwd`. Nothing is validated yet: command-line flags may still override keys.
 * @throws BENCH_CONFIG
 */
export async function loadConfig(file: string, cwd: string): Promise<Record<string, unknown>> {
  const path = resolve(cwd, file);
  const value = await readValue(path, file);
  const problem = plainProblem(value);
  if (value === null || typeof value !== 'object' || Array.isArray(value) || problem) {
    const got = problem ?? (Array.isArray(value) ? 'an array' : String(value));
    const fix = 'It may hold what JSON can hold; see docs/benchmark-method.md for an example.';
    throw wrong(`Config ${file} must hold one object`, { got, fix });
  }
  const rebase = (name: string) => relative(cwd, resolve(dirname(path), name));
  return rebaseFiles(value as Record<string, unknown>, rebase);
}

const wrong = (asked: string, detail: { got: string; fix: string; cause?: unknown }) =>
  fail('BENCH_CONFIG', { asked, ...detail });

async function readValue(path: string, file: string): Promise<unknown> {
  const ending = extname(path).toLowerCase();
  const problem = fileProblem(path);
  if (problem !== undefined) {
    const fix = 'Check the path.';
    throw wrong('A config must be a readable file', { got: `${file}, ${problem}`, fix });
  }
  if (ending === '.json') return readJson(path, file);
  if (MODULE.test(ending)) return readModule(path, file);
  throw wrong('A config must be .json, .ts, .mts, .cts, .js, .mjs or .cjs', {
    got: file,
    fix: 'Write it as one of these.',
  });
}

async function readJson(path: string, file: string): Promise<unknown> {
  try {
    const text = await readFile(path, 'utf8');
    return JSON.parse(text.replace(/^\uFEFF/, '')) as unknown;
  } catch (cause) {
    throw wrong(`Config ${file} must be JSON`, {
      got: (cause as Error).message,
      fix: 'Fix the syntax there.',
      cause,
    });
  }
}

async function readModule(path: string, file: string): Promise<unknown> {
  const asked = `Config ${file} must be a module that loads`;
  let value: unknown;
  try {
    value = exportOf(await importFile(path));
  } catch (cause) {
    if (isMoekitError(cause)) throw cause;
    throw wrong(asked, { ...describeLoadError(cause, path), fix: 'Fix it there.', cause });
  }
  if (!(value instanceof Promise)) return value;
  throw wrong(asked, { got: 'a promise', fix: 'Write: export default await ...' });
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
