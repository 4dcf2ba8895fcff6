import { chmodSync, mkdirSync, readdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';

import { NATIVE_ADDON, PACKAGE } from '../tensorflow/manifest.js';
import { nativeSources } from '../tensorflow/native-sources.js';
import type { ProcessResult } from '../process/run-process.js';
import { runProcess } from '../process/run-process.js';
import { lastError } from './network.js';

export interface NativeBuild {
  /** The npm project that holds the package with TensorFlow's libraries. */
  readonly project: string;
  /** Folder to build into. */
  readonly to: string;
  readonly compiler: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

type Run = typeof runProcess;

const ADDON = 'addon.cc';

/** The newest vector instructions of x86, each a build of its own; the addon takes the best that the processor has. */
const BUILDS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  x64: { avx2: ['-mavx2', '-mfma'], avx512: ['-mavx512f', '-mavx2', '-mfma'] },
  arm64: { baseline: [] },
};

/**
 * Compiles moekit's own operations against an installed TensorFlow. They only make it faster, so a compiler that
 * cannot is not an error.
 * @returns the compiler's complaint, or null where all went well
 */
export async function buildNative(
  { project, to, compiler, signal }: NativeBuild,
  { arch, platform, run = runProcess }: { arch: string; platform: string; run?: Run } = process,
): Promise<string | null> {
  mkdirSync(to, { recursive: true });
  chmodSync(to, 0o755); // a temporary folder is its maker's alone
  const sources = nativeSources();
  const names = readdirSync(sources).filter((name) => name.endsWith('.cc') && name !== ADDON);
  const compile = (out: string, flags: readonly string[], files: readonly string[]) =>
    run(
      compiler['CXX']!,
      [
        ...[
          '-std=c++17',
          '-O3',
          '-fPIC',
          '-shared',
          '-ffp-contract=fast',
          '-fno-math-errno',
          ...flags,
        ],
        ...(platform === 'darwin' ? ['-undefined', 'dynamic_lookup'] : []),
        ...files.map((file) => join(sources, file)),
        ...['-o', out, framework(project), '-lpthread', ...(platform === 'linux' ? ['-ldl'] : [])],
      ],
      signal ? { signal } : {},
    );
  const results = await Promise.all([
    compile(join(to, NATIVE_ADDON.split('/').at(-1)!), [], [ADDON]),
    ...Object.entries(BUILDS[arch] ?? {}).map(([simd, flags]) =>
      compile(join(to, `moekit-${simd}.so`), flags, names),
    ),
  ]);
  return results.map(complaint).find((text) => text !== null) ?? null;
}

/** The library that exports TensorFlow's C interface; its soname is that of the one the binding loads. */
function framework(project: string): string {
  const lib = join(project, PACKAGE, 'deps', 'lib');
  const name = readdirSync(lib).find((file) => file.startsWith('libtensorflow_framework'));
  return realpathSync(join(lib, name ?? 'libtensorflow_framework.so.2'));
}

function complaint({ exitCode, stdout, stderr }: ProcessResult): string | null {
  if (exitCode === 0) return null;
  const output = `${stdout}\n${stderr}`;
  const line = output.split('\n').find((text) => /\berror:/.test(text));
  return line?.trim() ?? lastError(output);
}
