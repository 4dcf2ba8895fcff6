import { readFileSync, realpathSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

import { describeClone } from './clone.js';

/** Packages of moekit whose version a result depends on. */
const OURS = [
  '@moekit/bench',
  '@moekit/core',
  '@moekit/kernels',
  '@moekit/models',
  '@moekit/router-null-expert',
  '@moekit/router-threshold',
  '@moekit/router-topk',
  'moekit',
];

const TENSORFLOW = [
  '@tensorflow/tfjs',
  '@tensorflow/tfjs-backend-wasm',
  '@tensorflow/tfjs-backend-webgpu',
  '@tensorflow/tfjs-node-gpu',
  '@tensorflow/tfjs-node',
  'webgpu',
];

/** Versions of node and of the packages that are installed; of a clone of moekit its commit and its code too. */
export function readVersions(): Record<string, string> {
  const [ours, others] = [OURS, TENSORFLOW].map((names) => names.flatMap((name) => find(name)));
  const versions = [...ours!, ...others!].map(({ name, version }) => [name, version] as const);
  const cloned = ours!.map(({ code }) => code).filter((folder) => !isInstalled(folder));
  return {
    node: process.versions.node,
    ...Object.fromEntries(versions),
    ...(cloned.length > 0 && describeClone(cloned)),
  };
}

/** The version of one package of moekit. */
export function versionOf(name: string): string | undefined {
  return find(name)[0]?.version;
}

interface Found {
  readonly name: string;
  readonly version: string;
  /** The folder that its entry lies in. */
  readonly code: string;
}

/** Walks up from a package's entry to its package.json: not every package exports the latter. */
function find(name: string): Found[] {
  try {
    const code = realpathSync(dirname(fileURLToPath(import.meta.resolve(name))));
    for (let folder = code; folder !== dirname(folder); folder = dirname(folder)) {
      const manifest = readManifest(join(folder, 'package.json'));
      if (manifest?.name !== name || manifest.version === undefined) continue;
      return [{ name, version: manifest.version, code }];
    }
  } catch {
    return [];
  }
  return [];
}

const isInstalled = (folder: string) => folder.split(sep).includes('node_modules');

function readManifest(file: string): { name?: string; version?: string } | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as { name?: string; version?: string };
  } catch {
    return undefined;
  }
}
