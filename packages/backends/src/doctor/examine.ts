import { availableParallelism, totalmem } from 'node:os';

import type { AdapterSummary } from '@moekit/kernels/dawn';

import { backendVersions } from '../find/backend-versions.js';
import { chooseBackend } from '../find/choose-backend.js';
import type { BackendFinding, Resolves } from '../find/find-backends.js';
import { findBackends } from '../find/find-backends.js';
import type { InstalledBackend } from '../tensorflow/list-installed.js';
import { webAssemblySupport } from '../find/web-assembly.js';
import { checkGpu } from './check-gpu.js';
import { checkTensorflow } from './check-tensorflow.js';
import { checkVulkan } from './check-vulkan.js';
import type { Check } from './verdict.js';
import { verdict } from './verdict.js';

export interface DoctorReport {
  readonly versions: Record<string, string>;
  readonly backends: readonly BackendFinding[];
  /** What `--backend auto` takes, and why. */
  readonly chosen: { readonly name: string; readonly reason: string };
  readonly cores: number;
  readonly memoryBytes: number;
  readonly wasmSimd: boolean;
  readonly checks: readonly Check[];
}

const GIB = 2 ** 30;

/** The machine to look at, where it is not this one. */
export interface Examined {
  readonly resolves?: Resolves;
  readonly installed?: InstalledBackend | null;
  /** What WebGPU would run on, see findBackends. */
  readonly adapter?: AdapterSummary | undefined;
  /** Versions for the report; by default those of Node.js and of the backends' packages. */
  readonly versions?: Record<string, string>;
}

/** What this machine has, what would be used and why; starts no backend. */
export function examine({
  resolves,
  installed,
  adapter,
  versions = { node: process.versions.node, ...backendVersions() },
}: Examined = {}): DoctorReport {
  const backends = findBackends(resolves, installed, adapter);
  const chosen = chooseBackend('auto', backends);
  const facts = {
    versions,
    backends,
    chosen: { name: chosen.name, reason: whyChosen(chosen, backends) },
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    wasmSimd: webAssemblySupport().simd,
  };
  const checks = [
    ...check(facts),
    ...checkTensorflow(backends[0]!),
    ...checkGpu(),
    ...checkVulkan(),
  ];
  return { ...facts, checks };
}

function whyChosen(chosen: BackendFinding, backends: readonly BackendFinding[]): string {
  const before = backends.filter(({ rank }) => rank < chosen.rank).map(({ name }) => name);
  if (before.length === 0) return 'the first in the order of preference';
  return `the first usable one in the order of preference: ${before.join(' and ')} not usable`;
}

function check(facts: Omit<DoctorReport, 'checks'>): DoctorReport['checks'] {
  const { node } = process.versions;
  const slow = facts.chosen.name === 'cpu';
  const memory = facts.memoryBytes / GIB;
  return [
    verdict(supportsNode(node), 'problem', `Node ${node}`, 'needs 20.19+, 22.13+ or 24+'),
    verdict(
      facts.wasmSimd,
      'warning',
      'WebAssembly SIMD',
      'missing: wasm runs several times slower',
    ),
    verdict(!slow, 'warning', `backend ${facts.chosen.name}`, 'only the slow reference is usable'),
    verdict(facts.cores > 1, 'warning', `${facts.cores} cores`, 'trials run one after another'),
    verdict(memory >= 4, 'warning', `${memory.toFixed(1)} GiB memory`, 'use --workers 1'),
  ];
}

function supportsNode(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return (major === 20 && minor >= 19) || (major === 22 && minor >= 13) || major >= 24;
}
