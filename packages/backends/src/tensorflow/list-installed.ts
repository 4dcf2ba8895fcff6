import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { isMoekitError } from '@moekit/kernels';

import { backendHome } from './home.js';
import type { BackendManifest } from './manifest.js';
import { readManifest } from './manifest.js';

export interface InstalledBackend {
  readonly name: string;
  readonly dir: string;
  /** Null where the folder is not a complete backend. */
  readonly manifest: BackendManifest | null;
  /** The reason why the manifest is null. */
  readonly problem: string | null;
}

/** Every backend under a folder, complete ones first, GPU before CPU, newer TensorFlow before older. */
export function listInstalled(home: string = backendHome()): readonly InstalledBackend[] {
  return namesIn(home)
    .map((name) => examine(join(home, name), name))
    .sort(compare);
}

/** The installed backend that loads by default. */
export function bestInstalled(home: string = backendHome()): InstalledBackend | undefined {
  return listInstalled(home).find(({ manifest }) => manifest !== null);
}

function namesIn(home: string): string[] {
  try {
    return readdirSync(home, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && /^tensorflow-/.test(entry.name))
      .map((entry) => entry.name);
  } catch {
    return [];
  }
}

function examine(dir: string, name: string): InstalledBackend {
  try {
    return { name, dir, manifest: readManifest(dir), problem: null };
  } catch (error) {
    if (!isMoekitError(error)) throw error;
    return { name, dir, manifest: null, problem: error.detail.got ?? error.message };
  }
}

function compare(a: InstalledBackend, b: InstalledBackend): number {
  if (a.manifest === null || b.manifest === null) {
    return Number(a.manifest === null) - Number(b.manifest === null);
  }
  const device = Number(a.manifest.device === 'cpu') - Number(b.manifest.device === 'cpu');
  if (device !== 0) return device;
  return b.manifest.tensorflow.localeCompare(a.manifest.tensorflow, 'en', { numeric: true });
}
