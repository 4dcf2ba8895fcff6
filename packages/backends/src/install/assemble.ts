import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import type { BackendManifest } from '../tensorflow/manifest.js';
import { BINDING, MANIFEST, PACKAGE, sizeOf } from '../tensorflow/manifest.js';
import type { Staging } from './staging.js';
import type { Target } from './target.js';

/** The npm project inside a staging folder, which becomes the backend. */
export const PROJECT = 'package';

/**
 * Moves libraries and binding to where the package looks for them. Each move is one rename, and one that an earlier
 * run made is not made again.
 */
export function assemble(staging: Staging): string {
  const project = staging.path(PROJECT);
  const deps = join(project, PACKAGE, 'deps');
  if (!existsSync(deps)) renameSync(staging.path('deps'), deps);
  const binding = join(project, BINDING);
  if (!existsSync(binding)) {
    mkdirSync(dirname(binding), { recursive: true });
    renameSync(staging.path('binding', 'lib', 'napi-v8', 'tfjs_binding.node'), binding);
  }
  rmSync(join(deps, 'include'), { recursive: true, force: true }); // only the build needed it
  return project;
}

/** Tells whether an earlier run finished this step. */
export function isAssembled(staging: Staging): boolean {
  const project = staging.path(PROJECT);
  return existsSync(join(project, BINDING)) && existsSync(join(project, PACKAGE, 'deps'));
}

/** Writes the manifest as a whole or not at all. */
export function writeManifest(project: string, manifest: BackendManifest): void {
  const file = join(project, MANIFEST);
  writeFileSync(`${file}.new`, `${JSON.stringify(manifest, null, 2)}\n`);
  renameSync(`${file}.new`, file);
}

/** The files that a backend cannot run without, with their sizes. */
export function essentialFiles(project: string, { libraries }: Target): Record<string, number> {
  const paths = [
    BINDING,
    join(PACKAGE, 'dist', 'index.js'),
    ...libraries.map(({ file }) => join(PACKAGE, 'deps', 'lib', file)),
  ];
  return Object.fromEntries(paths.map((path) => [path, sizeOf(join(project, path))]));
}
