import { createRequire } from 'node:module';
import { join } from 'node:path';

import type { BackendManifest } from './manifest.js';
import { NATIVE_ADDON } from './manifest.js';
import { nativeDigest } from './native-sources.js';

/** moekit's operations inside a loaded TensorFlow, or the reason why they are missing. */
export type NativeOperations =
  | { readonly loaded: true; readonly simd: string; readonly threads: number }
  | { readonly loaded: false; readonly reason: string; readonly rebuild: boolean };

/**
 * Registers moekit's operations with the TensorFlow of this process. Without them everything is composed of
 * TensorFlow's own, so nothing is thrown. MOEKIT_NATIVE=off leaves them out.
 * @param dir folder of the installed backend, whose TensorFlow has been loaded
 */
export function loadNative(
  dir: string,
  { native }: BackendManifest,
  env: Readonly<Record<string, string | undefined>> = process.env,
): NativeOperations {
  const absent = (reason: string, rebuild: boolean) =>
    ({ loaded: false, reason, rebuild }) as const;
  if (env['MOEKIT_NATIVE'] === 'off') return absent('left out by MOEKIT_NATIVE=off', false);
  if (native === null) return absent('not built: this backend is older than they are', true);
  if (native.error !== null) return absent(`not built: ${native.error}`, true);
  try {
    if (native.digest !== nativeDigest()) return absent('built by another version of moekit', true);
    const entry = join(dir, NATIVE_ADDON);
    const { simd, threads } = createRequire(entry)(entry) as { simd: string; threads: number };
    return { loaded: true, simd, threads };
  } catch (error) {
    return absent(`not loaded: ${(error as Error).message.split('\n')[0]}`, true);
  }
}
