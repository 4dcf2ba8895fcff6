import { execFile } from 'node:child_process';

import type { AdapterSummary } from '@moekit/kernels/dawn';

import { canImport } from './can-import.js';

const TIMEOUT = 20_000; // milliseconds; a driver that hangs must not hold up the choice

/**
 * Finds the adapter of WebGPU in a separate process: the complaints of a missing driver go to that process's stderr, a
 * driver that crashes ends only that process, and nothing of it stays loaded in this one.
 * @returns undefined where the `webgpu` package or an adapter is missing
 */
export async function probeAdapter(): Promise<AdapterSummary | undefined> {
  if (!canImport('webgpu')) return undefined;
  const dawn = JSON.stringify(import.meta.resolve('@moekit/kernels/dawn'));
  const code = `import { findAdapter } from ${dawn}; console.log(JSON.stringify((await findAdapter()) ?? null));`;
  const said = await outputOf(['--input-type=module', '--eval', code]);
  try {
    return (JSON.parse(said) as AdapterSummary | null) ?? undefined;
  } catch {
    return undefined; // it ended before it had said anything
  }
}

/** The output of a Node.js process, however it ends. */
function outputOf(args: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    execFile(process.execPath, args, { timeout: TIMEOUT }, (_, stdout) => resolve(stdout));
  });
}
