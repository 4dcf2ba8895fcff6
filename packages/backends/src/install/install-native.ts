import { mkdtempSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';

import { isMoekitError } from '@moekit/kernels';

import type { BackendManifest } from '../tensorflow/manifest.js';
import { NATIVE } from '../tensorflow/manifest.js';
import { nativeDigest } from '../tensorflow/native-sources.js';
import { writeManifest } from './assemble.js';
import { buildNative } from './build-native.js';
import { findCompiler } from './find-compiler.js';
import { remove } from './staging.js';
import type { VerifyOptions } from './verify.js';
import { verify } from './verify.js';

export interface NativeInstall extends VerifyOptions {
  readonly say: (line: string) => void;
}

/** Tells whether a backend has moekit's operations, built from the sources of this moekit. */
export function hasCurrentNative({ native }: BackendManifest): boolean {
  return native !== null && native.error === null && native.digest === nativeDigest();
}

/**
 * Builds moekit's operations in a backend's folder, which the manifest names only once they are whole, and verifies
 * the backend with them; if either fails, the backend is used without them and its manifest says why.
 * @returns the manifest as it is on disk at the end
 * @throws BACKEND_VERIFY where the backend fails without them too
 */
export async function installNative(
  project: string,
  manifest: BackendManifest,
  options: NativeInstall,
): Promise<BackendManifest> {
  const { say } = options;
  const without = { ...manifest, native: null };
  writeManifest(project, without);
  say('compiling moekit’s own operations');
  const problem = await place(project, options);
  if (problem === null) {
    const built = { ...manifest, native: { digest: nativeDigest(), error: null } };
    const verified = await tryVerify(project, built, options);
    if (typeof verified !== 'string') return verified;
    return await giveUp(project, without, verified, options);
  }
  return await giveUp(project, without, problem, options);
}

/** Builds the operations in a temporary folder and then replaces the old ones. @returns what went wrong */
async function place(project: string, { signal }: NativeInstall): Promise<string | null> {
  for (const name of readdirSync(project)) {
    if (name.startsWith(`${NATIVE}-`)) remove(join(project, name)); // a killed run's
  }
  const to = mkdtempSync(join(project, `${NATIVE}-`));
  const problem = await compile(project, to, signal);
  signal?.throwIfAborted();
  remove(join(project, NATIVE));
  if (problem === null) renameSync(to, join(project, NATIVE));
  else remove(to);
  return problem;
}

async function compile(
  project: string,
  to: string,
  signal: AbortSignal | undefined,
): Promise<string | null> {
  try {
    const compiler = await findCompiler();
    return await buildNative({ project, to, compiler, ...(signal ? { signal } : {}) });
  } catch (error) {
    if (isMoekitError(error)) return error.detail.got ?? error.message;
    throw error;
  }
}

async function tryVerify(
  project: string,
  manifest: BackendManifest,
  options: NativeInstall,
): Promise<BackendManifest | string> {
  options.say('verifying: products and gradients in a fresh process');
  writeManifest(project, manifest);
  try {
    return finish(project, { ...manifest, verified: await verify(project, options) });
  } catch (error) {
    if (!isMoekitError(error)) throw error;
    return error.detail.got ?? error.message;
  }
}

async function giveUp(
  project: string,
  manifest: BackendManifest,
  error: string,
  options: NativeInstall,
): Promise<BackendManifest> {
  options.say(`moekit’s own operations are left out, TensorFlow’s are used instead: ${error}`);
  const without = { ...manifest, native: { digest: nativeDigest(), error } };
  writeManifest(project, without);
  return finish(project, { ...without, verified: await verify(project, options) });
}

function finish(project: string, manifest: BackendManifest): BackendManifest {
  writeManifest(project, manifest);
  return manifest;
}
