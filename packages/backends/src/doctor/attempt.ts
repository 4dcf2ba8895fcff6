import type { PlanExplanation } from '@moekit/kernels';

import type { ConcreteBackend } from '../backends/all.js';
import type { BackendFinding } from '../find/find-backends.js';

/** A backend in one of the ways in which it can compute. */
export interface Attempt {
  readonly backend: ConcreteBackend;
  /** In words; absent for the way in which a backend computes by itself. */
  readonly variant?: string;
  /** The settings that make it so. */
  readonly env: Readonly<Record<string, string>>;
}

/** The outcome of an attempt: the backend started in a process of its own and computed right, or the reason why not. */
export interface Attempted extends Attempt {
  readonly works: boolean;
  readonly seconds: number;
  /** Empty where it works. */
  readonly cause: string;
  /** The command or the change that helps; empty where it works. */
  readonly fix: string;
  /** The algorithms of its kernels for a standard layer, where it works. */
  readonly plan: PlanExplanation | null;
}

const THREADS = { MOEKIT_WASM_THREADS: '2' };
/** Without it they are left out where they do not load. */
const NATIVE = { MOEKIT_EXPECT_NATIVE: 'on', MOEKIT_NATIVE: 'on' };

/** The ways of a backend, the usual one first. One that is not installed has none. */
export function attemptsOf({ name, found, installed }: BackendFinding): readonly Attempt[] {
  if (!found) return [];
  const usual: Attempt = { backend: name, env: {} };
  if (name === 'wasm') return [usual, { ...usual, variant: 'two threads', env: THREADS }];
  const built = installed?.manifest?.native?.error === null;
  return built ? [usual, { ...usual, variant: 'moekit’s own operations', env: NATIVE }] : [usual];
}
