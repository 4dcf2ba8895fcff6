import { availableParallelism, totalmem } from 'node:os';

import type { Machine } from '../backends/backend.js';
import { backendVersions } from '../machine/backend-versions.js';
import { chooseBackend } from '../find/choose-backend.js';
import type { BackendFinding } from '../find/find-backends.js';
import { findBackends } from '../find/find-backends.js';
import { webAssemblySupport } from '../machine/web-assembly.js';
import { checkTensorflow } from './check-tensorflow.js';
import { checkVulkan } from './check-vulkan.js';
import type { Check } from './verdict.js';
import { verdict } from './verdict.js';

export interface DoctorReport {
  readonly versions: Record<string, string>;
  readonly backends: readonly BackendFinding[];
  /** The choice of `--backend auto`, and the reason. */
  readonly chosen: { readonly name: string; readonly reason: string };
  readonly cores: number;
  readonly memoryBytes: number;
  readonly wasmSimd: boolean;
  readonly checks: readonly Check[];
}

const GIB = 2 ** 30;

/** A machine, by default this one, and versions for its report: by default Node.js and the backends' packages. */
export interface Examined extends Partial<Machine> {
  readonly versions?: Record<string, string>;
}

/** Lists the backends of a machine, the one that `auto` chooses, and problems. Starts no backend. */
export function examine({
  versions = { node: process.versions.node, ...backendVersions() },
  ...machine
}: Examined = {}): DoctorReport {
  const backends = findBackends(machine);
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
    ...checkTensorflow(backends.find(({ name }) => name === 'tensorflow')!),
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
  const only = {
    verdict: 'warning',
    text: 'only the slow reference backend, cpu, is usable',
  } as const;
  return [
    ...(slow ? [only] : []),
    verdict(supportsNode(node), 'problem', `Node ${node}`, 'needs 20.19+, 22.13+ or 24+'),
    verdict(
      facts.wasmSimd,
      'warning',
      'WebAssembly SIMD',
      'missing: wasm runs several times slower',
    ),
    verdict(facts.cores > 1, 'warning', `${facts.cores} cores`, 'trials run one after another'),
    verdict(memory >= 4, 'warning', `${memory.toFixed(1)} GiB memory`, 'use --workers 1'),
  ];
}

function supportsNode(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return (major === 20 && minor >= 19) || (major === 22 && minor >= 13) || major >= 24;
}
