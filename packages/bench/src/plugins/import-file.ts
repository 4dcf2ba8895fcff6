import { fileURLToPath } from 'node:url';

import { createJiti } from 'jiti';

/**
 * Modules that a user's file shares with moekit wherever it lies: two copies of TensorFlow.js would not know each
 * other's tensors.
 */
const SHARED = [
  '@moekit/core',
  '@moekit/kernels',
  '@moekit/models',
  '@tensorflow/tfjs',
  '@tensorflow/tfjs-core',
];

/** Taken from moekit only where the file's own folder has none. */
const FALLBACK = ['zod', 'rxjs'];

/** Imports a .ts or .js file, TypeScript compiled on the way. @returns its namespace */
export async function importFile(path: string): Promise<unknown> {
  const jiti = createJiti(import.meta.url, { alias: aliases(path), interopDefault: false });
  return jiti.import(path);
}

function aliases(path: string): Record<string, string> {
  const own = createJiti(path);
  const lacking = FALLBACK.filter((name) => own.esmResolve(name, { try: true }) === undefined);
  return Object.fromEntries(
    [...SHARED, ...lacking].flatMap((name) => {
      const file = locate(name);
      return file === undefined ? [] : [[name, file] as const];
    }),
  );
}

function locate(name: string): string | undefined {
  try {
    return fileURLToPath(import.meta.resolve(name));
  } catch {
    return undefined;
  }
}
