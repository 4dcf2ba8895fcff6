import { dirname, extname, relative } from 'node:path';
import { readFile, stat } from 'node:fs/promises';

import { importDefault, readJson, rebaseConfig } from '@moekit/bench';
import type { Misfits } from '@moekit/core';
import { parseOptions } from '@moekit/core';
import { findUp } from 'find-up';

import { fail } from '../errors.js';
import type { ParsedConfig } from './config-schema.js';
import { configSchema } from './config-schema.js';
import * as publicModule from './define-config.js';

const ENDINGS = ['ts', 'mts', 'cts', 'js', 'mjs', 'cjs', 'json', 'jsonc'];

/** A configuration and its place. */
export interface FoundConfig extends ParsedConfig {
  /** Absolute. */
  readonly file: string;
  readonly folder: string;
}

/**
 * Loads the nearest `moekit.config.ts` (or .js, .json, .jsonc and the like), in a folder or above it. It is the user's own code and runs with the user's rights.
 * @returns undefined where there is none      @throws CLI_CONFIG, MOE_OPTIONS naming each wrong key
 */
export async function readConfig(cwd = process.cwd()): Promise<FoundConfig | undefined> {
  const file = await findUp(
    ENDINGS.map((ending) => `moekit.config.${ending}`),
    { cwd },
  );
  if (file === undefined) return undefined;
  const shown = relative(cwd, file);
  await assertOwned(file, shown, cwd);
  const asked = `${shown} must load and default-export a configuration`;
  const refused = (problem: { got: string; fix: string; cause?: unknown }) =>
    fail('CLI_CONFIG', { asked, ...problem });
  const { value, at } = await valueOf(file, shown, refused);
  if (typeof value !== 'object' || value === null) {
    throw refused({ got: String(value), fix: 'Write: export default defineConfig({ ... })' });
  }
  const config = parseOptions(configSchema, value, shown, { at });
  assertNoCode(config, file, refused);
  const folder = dirname(file);
  const { bench, train } = config.defaults;
  const move = { from: folder, to: cwd };
  return {
    ...config,
    file,
    folder,
    defaults: {
      ...config.defaults,
      ...(bench && { bench: rebaseConfig(bench, move) as typeof bench }),
      ...(train && { train: rebaseConfig(train, move) as typeof train }),
    },
  };
}

/** JSON has no plug-ins, only their names. */
function assertNoCode(
  { routers, tasks }: ParsedConfig,
  file: string,
  refused: (problem: Misfits) => Error,
): void {
  const code = Object.entries({ ...routers, ...tasks }).find(([, of]) => typeof of !== 'string');
  if (!code || !extname(file).startsWith('.json')) return;
  const got = `${code[0]} = ${JSON.stringify(code[1])}`;
  throw refused({ got, fix: 'In JSON a plug-in is the path of a file, or an installed package.' });
}

/** The value that a module exports or JSON holds; `$schema` is an editor's. */
async function valueOf(file: string, shown: string, refused: (problem: Misfits) => Error) {
  const ending = extname(file);
  if (!ending.startsWith('.json')) {
    return { value: await importDefault(file, refused, { 'moekit/config': publicModule }) };
  }
  const read = readJson(await readFile(file, 'utf8'), shown, ending === '.jsonc');
  if ('wrong' in read) throw refused(read.wrong);
  const { $schema: _, ...value } = Object(read.value) as Record<string, unknown>;
  return { value: Array.isArray(read.value) ? null : value, at: read.at };
}

/**
 * A folder above the working directory may be everybody's. In a container root works on files of another user: theirs is
 * the folder too, then.
 * @throws CLI_CONFIG for the file of another user
 */
async function assertOwned(file: string, shown: string, cwd: string): Promise<void> {
  const own = process.getuid?.();
  const { uid } = await stat(file);
  if (own === undefined || [0, own].includes(uid)) return;
  if (own === 0 && (await stat(cwd)).uid === uid) return;
  throw fail('CLI_CONFIG', {
    asked: `${shown} must belong to you, since it is run with your rights`,
    got: `the file of another user (uid ${uid})`,
    fix: 'Take it over with chown, or remove it.',
  });
}
