import { createRequire } from 'node:module';

import { registerKernels } from '@moekit/kernels';
import type * as tfjs from '@tensorflow/tfjs';

import type { ConcreteBackend } from '../backends/all.js';
import { backendNamed } from '../backends/all.js';
import { fail } from '../errors.js';
import { backendVersions } from '../machine/backend-versions.js';
import { pickBackend } from '../find/choose-backend.js';
import type { BackendFinding } from '../find/find-backends.js';

/** The backend that runs. */
export interface StartedBackend {
  readonly name: ConcreteBackend;
  /** TensorFlow.js, the backend's package, TensorFlow's build and precision, WebGPU's adapter. */
  readonly versions: Readonly<Record<string, string>>;
}

/**
 * Starts a backend in this process, with its gradients and the dispatch kernels. TensorFlow.js falls back to another
 * backend silently, so this checks which one runs.
 * @param asked a name, or `auto`
 * @throws BACKEND_UNKNOWN, BACKEND_MISSING, KERNELS_VALUE and KERNELS_THREAD for wasm's threads
 */
export async function startBackend(asked: string): Promise<StartedBackend> {
  const finding = await pickBackend(asked);
  const { name, module } = finding;
  const described = await run(finding);
  registerKernels(name);
  await backendNamed(name).started?.();
  const packages = backendVersions(['@tensorflow/tfjs', ...(module === null ? [] : [module])]);
  return { name, versions: { ...packages, ...described } };
}

/** @returns what a result depends on beyond the packages      @throws BACKEND_MISSING */
async function run(finding: BackendFinding): Promise<Record<string, string>> {
  const { name } = finding;
  const tf = loadTfjs();
  let cause: unknown;
  try {
    const described = (await backendNamed(name).load?.(finding)) ?? {};
    const started = await tf.setBackend(name);
    await tf.ready();
    if (started && tf.getBackend() === name) return described;
  } catch (error) {
    cause = error;
  }
  throw fail('BACKEND_MISSING', {
    asked: `Backend ${name} did not start: ${cause instanceof Error ? cause.message.split('\n')[0]! : `TensorFlow.js chose ${tf.getBackend()} instead`}`,
    fix: 'Choose another with --backend, or run moekit doctor.',
    cause,
  });
}

/** The union package: it alone registers the gradients. `import` would parse its megabytes twice more, for 0.2 s. */
function loadTfjs(): typeof tfjs {
  return createRequire(import.meta.url)('@tensorflow/tfjs') as typeof tfjs;
}
