import { readFile } from 'node:fs/promises';
import { dirname, extname, resolve } from 'node:path';

import type { Misfits } from '@moekit/core';

import { fail } from '../errors.js';
import { fileProblem } from '../plugins/file-problem.js';
import { importDefault } from '../plugins/import-default.js';
import { plainProblem } from './assert-plain.js';
import type { Placed } from './read-json.js';
import { readJson } from './read-json.js';
import { rebaseConfig } from './rebase-config.js';

const MODULE = /^\.[cm]?[jt]s$/;
const JSON_FILE = /^\.jsonc?$/;

/** A configuration, and the places of its parts in the file where that is JSON. */
export interface LoadedConfig {
  readonly config: Record<string, unknown>;
  readonly at: Placed['at'];
}

/**
 * Reads an experiment or a run from a file (.json, .jsonc with comments, or a .ts/.js module that default-exports it). File
 * names in it count from its own folder; they come back relative to `cwd`. `$schema` is an editor's and left out. Nothing is
 * validated yet: command-line flags may still override keys.
 * @throws BENCH_CONFIG, every mistake in the JSON with its line and column
 */
export async function loadConfig(file: string, cwd: string): Promise<LoadedConfig> {
  const path = resolve(cwd, file);
  const { value, at } = await readValue(path, file);
  const problem = plainProblem(value);
  if (value === null || typeof value !== 'object' || Array.isArray(value) || problem) {
    const got = problem ?? (Array.isArray(value) ? 'an array' : String(value));
    const fix = 'It may hold what JSON can hold; see docs/benchmark-method.md for an example.';
    throw wrong(`Config ${file} must hold one object`, { got, fix });
  }
  const { $schema, ...config } = value as Record<string, unknown>;
  if ($schema !== undefined && typeof $schema !== 'string') throw noSchema($schema, file);
  return { config: rebaseConfig(config, { from: dirname(path), to: cwd }), at };
}

const wrong = (asked: string, detail: Misfits & { readonly cause?: unknown }) =>
  fail('BENCH_CONFIG', { asked, ...detail });

function noSchema(schema: unknown, file: string) {
  return wrong(`$schema of ${file} must be the address of a JSON Schema`, {
    got: JSON.stringify(schema),
    fix: 'Write "./node_modules/moekit/schemas/experiment.json" or run.json there, or leave it out.',
  });
}

async function readValue(path: string, file: string): Promise<Placed> {
  const ending = extname(path).toLowerCase();
  const problem = fileProblem(path);
  if (problem !== undefined) {
    const fix = 'Check the path.';
    throw wrong('A config must be a readable file', { got: `${file}, ${problem}`, fix });
  }
  if (JSON_FILE.test(ending)) {
    const read = readJson(await readFile(path, 'utf8'), file, ending === '.jsonc');
    if ('wrong' in read) throw wrong(`Config ${file} must be JSON`, read.wrong);
    return read;
  }
  if (MODULE.test(ending)) {
    const asked = `Config ${file} must be a module that loads`;
    const value = await importDefault(path, (detail) => wrong(asked, detail));
    return { value, at: () => undefined };
  }
  throw wrong('A config must be .json, .jsonc, .ts, .mts, .cts, .js, .mjs or .cjs', {
    got: file,
    fix: 'Write it as one of these.',
  });
}
