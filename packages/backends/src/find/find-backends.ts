import type { Finding, Machine } from '../backends/backend.js';
import type { ConcreteBackend } from '../backends/all.js';
import { BACKENDS } from '../backends/all.js';
import { bestInstalled } from '../tensorflow/list-installed.js';
import { canImport } from '../machine/can-import.js';

/** Facts about a backend, found without starting it. */
export interface BackendFinding extends Finding {
  readonly name: ConcreteBackend;
}

/** All backends of a machine, by default this one, each with its place in the order of preference. */
export function findBackends({
  resolves = canImport,
  installed = bestInstalled() ?? null,
  adapter,
}: Partial<Machine> = {}): readonly BackendFinding[] {
  return BACKENDS.map((backend) => ({
    name: backend.name,
    ...backend.find({ resolves, installed, adapter }),
  }));
}
