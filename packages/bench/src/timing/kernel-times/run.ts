import { availableParallelism } from 'node:os';

import { pickBackend, startBackend } from '@moekit/backends';

import { readVersions } from '../../versions/read-versions.js';
import type { Bar } from './bars.js';
import { judge } from './bars.js';
import { families } from './cases.js';
import { termsOf } from './own-terms.js';
import { startPeers } from './peers.js';
import type { KernelTime, Subject, TimingOptions } from './time-kernels.js';
import { timeKernels } from './time-kernels.js';

export interface KernelTimesOptions extends TimingOptions {
  readonly backend: string;
  /** Part of a case's name; all by default. */
  readonly only?: string | undefined;
  /** A Python interpreter with PyTorch. */
  readonly peers?: string | undefined;
}

/** One run, with what a reader needs to judge it. */
export interface KernelTimes {
  readonly backend: string;
  readonly versions: Record<string, string>;
  readonly cores: number;
  readonly repeats: number;
  readonly times: readonly KernelTime[];
  readonly bars: readonly Bar[];
}

/**
 * Times the kernels at every case, the repeats of all that is compared interleaved.
 * @throws what starting the backend throws
 */
export async function runKernelTimes(options: KernelTimesOptions): Promise<KernelTimes> {
  const { only = '', peers: python, repeats } = options;
  const chosen = await pickBackend(options.backend);
  const { cases: all, wasm } = await termsOf(chosen.name);
  const cases = all.filter(({ name }) => name.includes(only));
  const times: KernelTime[] = [];
  const { name: backend } = await startBackend(options.backend);
  const versions = readVersions();
  for (const family of families(cases)) {
    const subjects: Subject[] = [];
    for (const shape of family) {
      const peers = python ? await startPeers(shape, { python, seed: options.seed }) : null;
      if (peers) versions['torch'] = peers.torch;
      subjects.push({ shape, peers, wasm });
    }
    times.push(...(await timeKernels(subjects, options)));
    for (const { peers } of subjects) peers?.close();
  }
  const cores = availableParallelism();
  return { backend, versions, cores, repeats, times, bars: judge(times, backend) };
}
