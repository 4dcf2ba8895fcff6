import { join, resolve } from 'node:path';

import { isMoekitError } from '@moekit/kernels';

import type { BackendManifest } from '../tensorflow/manifest.js';
import { readManifest } from '../tensorflow/manifest.js';
import { assemble, essentialFiles, isAssembled, PROJECT } from './assemble.js';
import { buildBinding } from './build-binding.js';
import { checkDisk } from './check-disk.js';
import { checkGpu } from './check-gpu.js';
import { cudaVersions } from './cuda-versions.js';
import { fetchLibraries, wheelNames } from './fetch-libraries.js';
import { findCompiler } from './find-compiler.js';
import { findPython } from './find-python.js';
import { installPackage, TFJS_NODE } from './install-package.js';
import { hasCurrentNative, installNative } from './install-native.js';
import { lockBackend } from './lock-backend.js';
import { readMachine } from './machine.js';
import { remove, Staging } from './staging.js';
import { restore, swap } from './swap.js';
import type { Target } from './target.js';
import { targetFor } from './target.js';
import { assertWheelFits, parseWheelName } from './wheel-name.js';

/** The TensorFlow that moekit is tested with. */
export const TENSORFLOW = '2.21.0';

export interface InstallOptions {
  /** Folder that holds the backends. */
  readonly home: string;
  readonly gpu: boolean;
  readonly tensorflow: string | undefined;
  readonly wheel: string | undefined;
  /** Builds again although a complete backend is there. */
  readonly force: boolean;
  /** Installs for CUDA where no GPU is visible, as when an image is built. */
  readonly skipGpuCheck: boolean;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

export interface Installed {
  readonly dir: string;
  readonly manifest: BackendManifest;
  /** False when it was there already. */
  readonly fresh: boolean;
}

/**
 * Installs a TensorFlow backend: fetches TensorFlow's wheel and the npm package, builds the binding between
 * them, verifies it, and only then puts it in place.
 * @throws the BACKEND_ errors
 */
export async function installTensorflow(options: InstallOptions): Promise<Installed> {
  const { home, gpu, force } = options;
  const wheel = options.wheel === undefined ? undefined : resolve(options.wheel);
  const tensorflow = options.tensorflow ?? (wheel ? parseWheelName(wheel).version : TENSORFLOW);
  const target = targetFor(readMachine(), { tensorflow, gpu });
  if (wheel !== undefined) assertWheelFits(wheel, target);
  const dir = join(home, target.name);
  const release = lockBackend(home, target.name);
  try {
    restore(home);
    const there = force ? undefined : complete(dir);
    if (there) {
      remove(stagingOf(home, target)); // left by a run that was killed at its very end
      if (hasCurrentNative(there)) return { dir, manifest: there, fresh: false };
      return { dir, manifest: await installNative(dir, there, options), fresh: false };
    }
    return { dir, manifest: await make(dir, target, { ...options, wheel }), fresh: true };
  } finally {
    release();
  }
}

async function make(
  dir: string,
  target: Target,
  options: InstallOptions,
): Promise<BackendManifest> {
  const { home, wheel, signal, say, skipGpuCheck } = options;
  const expectGpu = target.device === 'gpu' && !skipGpuCheck;
  if (expectGpu) await checkGpu();
  const staging = new Staging(stagingOf(home, target), { target, wheel, TFJS_NODE });
  if (!isAssembled(staging)) {
    checkDisk(home, target.device);
    await build(staging, target, options);
  }
  const project = assemble(staging);
  const manifest = describe(project, target, wheel ? [wheel] : wheelNames(staging));
  const verified = await installNative(project, manifest, { signal, expectGpu, say });
  swap(project, dir);
  staging.remove();
  return verified;
}

/** Everything up to the binding; what an earlier run finished is not done again. */
async function build(staging: Staging, target: Target, options: InstallOptions): Promise<void> {
  const { wheel, say, signal } = options;
  const [python, compiler] = [await findPython(), await findCompiler()];
  say(`Python ${python.version}, compiler ${compiler['CXX']}`);
  const [deps, project] = await together(signal, (both) => [
    fetchLibraries({ target, python, staging, wheel, signal: both, say }),
    staging.step(PROJECT, async (work) => {
      say(`installing @tensorflow/tfjs-node-gpu ${TFJS_NODE}`);
      await installPackage(work, both);
    }),
  ]);
  await staging.step('binding', async (work) => {
    say('compiling the binding');
    await buildBinding({ project, deps, work, compiler, signal });
  });
}

/** Two jobs at once; if one fails, the other is ended before the error is thrown. */
async function together<A, B>(
  outer: AbortSignal,
  start: (signal: AbortSignal) => [Promise<A>, Promise<B>],
): Promise<[A, B]> {
  const inner = new AbortController();
  const jobs = start(AbortSignal.any([outer, inner.signal]));
  try {
    return await Promise.all(jobs);
  } catch (error) {
    inner.abort();
    await Promise.allSettled(jobs);
    throw error;
  }
}

const stagingOf = (home: string, { name }: Target) => join(home, `.staging-${name}`);

function complete(dir: string): BackendManifest | undefined {
  try {
    const manifest = readManifest(dir);
    return manifest.verified === null ? undefined : manifest;
  } catch (error) {
    if (isMoekitError(error)) return undefined;
    throw error;
  }
}

function describe(project: string, target: Target, wheels: readonly string[]): BackendManifest {
  const names = wheels.map((path) => path.split('/').at(-1)!);
  return {
    schema: 1,
    name: target.name,
    tensorflow: target.tensorflow,
    device: target.device,
    platform: `${process.platform}-${process.arch}`,
    tfjsNode: TFJS_NODE,
    nodeApi: 8,
    wheels: names,
    cuda: cudaVersions(names),
    files: essentialFiles(project, target),
    installedAt: new Date().toISOString(),
    node: process.versions.node,
    native: null,
    verified: null,
  };
}
