import { readFile } from 'node:fs/promises';
import { dirname, extname, resolve } from 'node:path';

import { fail } from '../errors.js';
import { fileProblem } from '../plugins/file-problem.js';
import { importDefault } from '../plugins/import-default.js';
import { plainProblem } from './assert-plain.js';
import { rebaseConfig } from './rebase-config.js';

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
  return rebaseConfig(value as Record<string, unknown>, { from: dirname(path), to: cwd });
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
  if (MODULE.test(ending)) {
    const asked = `Config ${file} must be a module that loads`;
    return importDefault(path, (problem) => wrong(asked, problem));
  }
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
