import { dirname, relative } from 'node:path';
import { stat } from 'node:fs/promises';

import { importDefault, rebaseConfig } from '@moekit/bench';
import { parseOptions } from '@moekit/core';
import { findUp } from 'find-up';

import { fail } from '../errors.js';
import type { ParsedConfig } from './config-schema.js';
import { configSchema } from './config-schema.js';
import * as publicModule from './define-config.js';

const ENDINGS = ['ts', 'mts', 'cts', 'js', 'mjs', 'cjs'];

/** A configuration and its place. */
export interface FoundConfig extends ParsedConfig {
  /** Absolute. */
  readonly file: string;
  readonly folder: string;
}

/**
 * Loads the nearest `moekit.config.ts`, in a folder or above it. It is the user's own code and runs with the user's rights.
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
  const value = await importDefault(file, refused, { 'moekit/config': publicModule });
  if (typeof value !== 'object' || value === null) {
    throw refused({ got: String(value), fix: 'Write: export default defineConfig({ ... })' });
  }
  const config = parseOptions(configSchema, value, shown);
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
