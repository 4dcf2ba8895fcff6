import { readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

import { sizeOf } from '../tensorflow/manifest.js';
import { fail } from '../errors.js';
import { cudaRequirements } from './cuda-requirements.js';
import { downloadWheels } from './download-wheels.js';
import type { Python } from './find-python.js';
import type { Staging } from './staging.js';
import type { Target } from './target.js';
import type { Selection } from './unpack-wheel.js';
import { unpackWheel } from './unpack-wheel.js';
import { watchFolders } from './watch-folder.js';

export interface Fetch {
  readonly target: Target;
  readonly python: Python;
  readonly staging: Staging;
  /** A wheel that the user has, instead of a download. */
  readonly wheel: string | undefined;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

/** Headers that the binding includes lie below these; the wheel has 13,000 more. */
const HEADERS = ['tensorflow/c/', 'tensorflow/core/platform/', 'tsl/platform/', 'xla/tsl/c/'];

/** The CUDA wheels' headers and static libraries are not used. */
const NOT_USED = ['/include/', '.a$', '/__pycache__/'];

/**
 * TensorFlow's libraries and headers, and with a GPU the CUDA libraries, in one folder `deps`. TensorFlow looks for
 * CUDA next to itself ($ORIGIN/../nvidia), so the wheels' layout is kept, with real files: the linker does not follow
 * links before it looks.
 * @returns that folder; also the wheels' names
 * @throws BACKEND_NETWORK, BACKEND_WHEEL
 */
export async function fetchLibraries(fetch: Fetch): Promise<string> {
  const { target, staging, python, signal, say } = fetch;
  const wheel = fetch.wheel ?? (await fetchWheels(fetch, 'wheel', tensorflowOf(target)))[0]!;
  return staging.step('deps', async (work) => {
    say('unpacking TensorFlow');
    const unpack = { python, to: work, signal, temporary: staging.temporary() };
    const metadata = await unpackWheel(wheel, selectionOf(target), unpack);
    assertLibraries(target, wheel, work);
    for (const { file, linkName } of target.libraries)
      symlinkSync(file, join(work, 'lib', linkName));
    if (target.device === 'cpu') return;
    const cuda = await fetchWheels(fetch, 'cuda-wheels', cudaRequirements(metadata));
    for (const file of cuda) {
      say(`unpacking ${file.split('/').at(-1)}`);
      await unpackWheel(file, { moves: [['nvidia/', 'nvidia/']], without: NOT_USED }, unpack);
    }
  });
}

/** Names of the wheels that a staging folder's libraries came from. */
export function wheelNames(staging: Staging): string[] {
  return ['wheel', 'cuda-wheels'].flatMap((step) =>
    staging.has(step) ? readdirSync(staging.path(step)) : [],
  );
}

async function fetchWheels(
  { staging, python, target, signal, say }: Fetch,
  step: string,
  requirements: readonly string[],
): Promise<string[]> {
  const dir = await staging.step(step, async (work) => {
    say(`downloading ${requirements.join(', ')}`);
    const temporary = staging.temporary();
    const stop = watchFolders([work, temporary], (bytes) => say(`  ${megabytes(bytes)} so far`));
    try {
      const { platformTags } = target;
      await downloadWheels({ python, requirements, platformTags, to: work, temporary, signal });
    } finally {
      stop();
    }
  });
  return readdirSync(dir).map((name) => join(dir, name));
}

const tensorflowOf = (target: Target) => [`${target.wheelPackage}==${target.tensorflow}`];

const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;

function selectionOf({ libraries }: Target): Selection {
  return {
    moves: [
      ...libraries.map(({ file }) => [`tensorflow/${file}`, `lib/${file}`] as const),
      ...HEADERS.map((dir) => [`tensorflow/include/${dir}`, `include/${dir}`] as const),
    ],
  };
}

function assertLibraries({ libraries }: Target, wheel: string, deps: string): void {
  const missing = libraries.find(({ file }) => sizeOf(join(deps, 'lib', file)) <= 0);
  if (missing === undefined) return;
  throw fail('BACKEND_WHEEL', {
    asked: `${wheel} does not contain ${missing.file}`,
    fix: 'Use a wheel of TensorFlow 2.13 or newer, as published by the TensorFlow project.',
  });
}
