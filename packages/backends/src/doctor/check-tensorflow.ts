import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import type { BackendFinding } from '../find/find-backends.js';
import type { InstalledBackend } from '../tensorflow/list-installed.js';
import { listInstalled } from '../tensorflow/list-installed.js';
import type { BackendManifest } from '../tensorflow/manifest.js';
import { PACKAGE } from '../tensorflow/manifest.js';
import { nativeDigest } from '../tensorflow/native-sources.js';
import type { Check } from './verdict.js';
import { verdict } from './verdict.js';

/** Libraries that TensorFlow 2.13 to 2.21 opens when it finds a GPU, without their version numbers. */
const CUDA_LIBRARIES = ['cudart', 'cublas', 'cublasLt', 'cudnn', 'cufft', 'cusolver', 'cusparse'];

const INSTALL = 'moekit backend install tensorflow';

/** The binding and the libraries behind it, as files; `moekit backend verify` computes with them. */
export function checkTensorflow({ installed, module, reason }: BackendFinding): Check[] {
  const broken = listInstalled()
    .filter(({ manifest }) => manifest === null)
    .map(({ name, problem }) => verdict(false, 'problem', name, problem!, INSTALL));
  if (installed?.manifest) return [...broken, ...checkInstalled(installed)];
  const text = `tensorflow: ${reason}`;
  if (module === null) return [...broken, { verdict: 'warning', text, fix: INSTALL }];
  const stock = 'npm’s own binding is for TensorFlow 2.9 and CUDA 11.2';
  return [...broken, { verdict: 'warning', text: `${text}: ${stock}`, fix: INSTALL }];
}

function checkInstalled({ name, dir, manifest }: InstalledBackend): Check[] {
  const { tensorflow, device, files, verified, tfjsNode, wheels } = manifest!;
  const mended = verified?.mended ?? [];
  return [
    {
      verdict: 'ok',
      text: `${name}: TensorFlow ${tensorflow}, ${Object.keys(files).length} files whole`,
    },
    {
      verdict: 'ok',
      text: `binding: tfjs-node-gpu ${tfjsNode}, N-API 8, against ${wheels[0] ?? '?'}`,
    },
    ...(mended.length > 0
      ? [{ verdict: 'ok' as const, text: `patched: ${mended.join('; ')}` }]
      : []),
    ...(device === 'gpu' ? [checkCuda(dir)] : [checkNative(manifest!)]),
  ];
}

/** Checks that moekit's operations are built, and from the sources of this moekit. */
function checkNative({ native, verified }: BackendManifest): Check {
  const text = 'moekit’s own operations in TensorFlow';
  const without = 'several products take longer without them';
  const missing = (why: string): Check => ({
    verdict: 'warning',
    text: `${text}: ${why}; ${without}`,
    fix: INSTALL,
  });
  if (native === null) return missing('not built');
  if (native.error !== null) return missing(native.error);
  if (native.digest !== nativeDigest()) return missing('built by another version of moekit');
  return { verdict: 'ok', text: `${text}: ${verified?.native ?? 'built'}` };
}

function checkCuda(dir: string): Check {
  const there = cudaFiles(join(dir, PACKAGE, 'deps', 'nvidia'));
  const missing = CUDA_LIBRARIES.filter(
    (library) => !there.some((file) => file.startsWith(`lib${library}.so.`)),
  );
  return verdict(
    missing.length === 0,
    'problem',
    'CUDA and cuDNN libraries',
    `missing ${missing.join(', ')}`,
    `${INSTALL} --gpu --force`,
  );
}

function cudaFiles(nvidia: string): string[] {
  try {
    return readdirSync(nvidia, { recursive: true }).map((path) => String(path).split('/').at(-1)!);
  } catch {
    return [];
  }
}
