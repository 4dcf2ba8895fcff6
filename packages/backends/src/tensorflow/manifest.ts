import { readFileSync, statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';

import { z } from 'zod';

import { fail } from '../errors.js';

/** The result of verifying an installed backend. */
export const verificationSchema = z.object({
  tensorflow: z.string(),
  device: z.enum(['cpu', 'cuda']),
  gpu: z.string().nullable(),
  /** Shared libraries of CUDA that the process had loaded, by their version. */
  cuda: z.string().nullable(),
  cudnn: z.string().nullable(),
  mended: z.array(z.string()),
  /** The instruction set that moekit's operations were compiled for; null where they are missing. */
  native: z.string().nullable().default(null),
  node: z.string(),
});

/** The result of building moekit's operations. */
const nativeSchema = z.object({
  /** Of the sources they were built from. */
  digest: z.string(),
  /** The compiler's complaint; null where they were built. */
  error: z.string().nullable(),
});

/** Versions and names that folders are called by lead nowhere else. */
const name = z.string().regex(/^[A-Za-z0-9][\w.+-]*$/);
const inside = z
  .string()
  .refine((path) => !isAbsolute(path) && !path.split(/[\\/]/).includes('..'));

/** Bytes; far more than a manifest of thousands of files takes. */
const LARGEST = 4 * 2 ** 20;

/** The manifest of an installed backend. */
export const manifestSchema = z.object({
  schema: z.literal(1),
  name,
  tensorflow: name,
  device: z.enum(['cpu', 'gpu']),
  platform: z.string(),
  tfjsNode: z.string(),
  nodeApi: z.int(),
  /** File names of the wheels that were unpacked. */
  wheels: z.array(z.string()),
  /** Version of each CUDA package, by its name on the index. */
  cuda: z.record(z.string(), z.string()),
  /** The files that the backend cannot run without: path inside its folder, and size in bytes. */
  files: z.record(inside, z.int().min(0)),
  installedAt: z.string(),
  node: z.string(),
  /** moekit's operations; null where the backend was installed before there were any. */
  native: nativeSchema.nullable().default(null),
  /** Null until it was. */
  verified: verificationSchema.nullable(),
});

export type Verification = z.output<typeof verificationSchema>;
export type BackendManifest = z.output<typeof manifestSchema>;

/** The folder of moekit's operations inside an installed backend, and the file in it that Node.js loads. */
export const NATIVE = 'native';
export const NATIVE_ADDON = join(NATIVE, 'moekit.node');

export const MANIFEST = 'manifest.json';

/** The package inside an installed backend that tfjs loads. */
export const PACKAGE = join('node_modules', '@tensorflow', 'tfjs-node-gpu');

/** The compiled binding inside that package; N-API 8, so one build serves every Node that moekit runs on. */
export const BINDING = join(PACKAGE, 'lib', 'napi-v8', 'tfjs_binding.node');

/**
 * The manifest of a backend's folder, whose files are all there in the size they were installed with.
 * @throws BACKEND_INCOMPLETE, BACKEND_NOT_INSTALLED
 */
export function readManifest(dir: string): BackendManifest {
  const text = readText(join(dir, MANIFEST));
  if (text === undefined) {
    throw fail('BACKEND_NOT_INSTALLED', {
      asked: `${dir} must contain an installed backend`,
      got: `no ${MANIFEST}`,
      fix: 'Run moekit backend install tensorflow.',
    });
  }
  const parsed = manifestSchema.safeParse(parse(text));
  if (!parsed.success) throw incomplete(dir, `an invalid ${MANIFEST}`);
  const broken = Object.entries(parsed.data.files).find(
    ([path, size]) => sizeOf(join(dir, path)) !== size,
  );
  if (broken) throw incomplete(dir, `${broken[0]} missing or of the wrong size`);
  return parsed.data;
}

/** @returns -1 where there is no such file */
export function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? -1;
}

function incomplete(dir: string, got: string) {
  return fail('BACKEND_INCOMPLETE', {
    asked: `The backend in ${dir} must be complete`,
    got,
    fix: 'Run moekit backend install tensorflow again; it repairs the backend.',
  });
}

function readText(path: string): string | undefined {
  try {
    const found = statSync(path);
    return found.isFile() && found.size <= LARGEST ? readFileSync(path, 'utf8') : '';
  } catch {
    return undefined;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
