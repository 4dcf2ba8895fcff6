import { sep } from 'node:path';

import type { InstalledPackage } from '@moekit/backends';
import { backendVersions, installedPackage } from '@moekit/backends';

import { describeClone } from './describe-clone.js';

/** Packages of moekit whose version a result depends on. */
const OURS = [
  '@moekit/backends',
  '@moekit/bench',
  '@moekit/core',
  '@moekit/data',
  '@moekit/files',
  '@moekit/kernels',
  '@moekit/models',
  '@moekit/router-controls',
  '@moekit/router-null-expert',
  '@moekit/router-relu',
  '@moekit/router-threshold',
  '@moekit/router-topk',
  'moekit',
];

/** Versions of node and of the packages that are installed; of a clone of moekit its commit and its code too. */
export function readVersions(): Record<string, string> {
  const ours = OURS.flatMap((name) => find(name));
  const cloned = ours.map(({ code }) => code).filter((folder) => !isInstalled(folder));
  return {
    node: process.versions.node,
    ...Object.fromEntries(ours.map(({ name, version }) => [name, version])),
    ...backendVersions(),
    ...(cloned.length > 0 && describeClone(cloned)),
  };
}

function find(name: string): readonly InstalledPackage[] {
  const found = installedPackage(name, (specifier) => import.meta.resolve(specifier));
  return found === undefined ? [] : [found];
}

const isInstalled = (folder: string) => folder.split(sep).includes('node_modules');
