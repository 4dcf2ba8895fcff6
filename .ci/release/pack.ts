import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { TestProject } from 'vitest/node';

import { succeed } from './run.js';

export interface Packed {
  readonly name: string;
  readonly version: string;
  /** The tarball. */
  readonly file: string;
  /** Where its content lies unpacked. */
  readonly folder: string;
  /** Paths inside. */
  readonly files: readonly string[];
}

declare module 'vitest' {
  interface ProvidedContext {
    packages: readonly Packed[];
    /** The examples, for the version that is packed. */
    examples: string;
    /** Goes when the run ends; no workspace above it. */
    scratch: string;
  }
}

const root = fileURLToPath(new URL('../../', import.meta.url));
const NOT_SOURCE = new Set(['node_modules', 'out-tsc', '.git', '.nx', 'moekit-results']);

/** Versions and packs a copy of the workspace, as a release would; the workspace itself is left as it is. */
export default async function pack(project: TestProject): Promise<() => Promise<void>> {
  const scratch = await mkdtemp(join(tmpdir(), 'moekit-release-'));
  const copy = join(scratch, 'workspace');
  await copyWorkspace(copy);
  await applyChangesets(copy);
  project.provide('packages', await packAll(copy, join(scratch, 'tarballs')));
  project.provide('examples', join(copy, 'examples'));
  project.provide('scratch', scratch);
  return () => rm(scratch, { recursive: true, force: true });
}

async function copyWorkspace(copy: string): Promise<void> {
  await mkdir(copy);
  for (const name of ['package.json', 'packages', 'apps', 'examples', '.changeset']) {
    const filter = (path: string) => !NOT_SOURCE.has(basename(path));
    await cp(join(root, name), join(copy, name), { recursive: true, filter });
  }
}

/** The changelogs name commits, so the copy is a repository of its own. */
async function applyChangesets(copy: string): Promise<void> {
  const git = ['-c', 'user.name=release', '-c', 'user.email=release@localhost'];
  await writeFile(join(copy, '.gitignore'), 'dist\n');
  await succeed('git', ['init', '-q'], { cwd: copy });
  await succeed('git', ['add', '.'], { cwd: copy });
  await succeed('git', [...git, 'commit', '-qm', 'release'], { cwd: copy });
  const changeset = join(root, 'node_modules/@changesets/cli/bin.js');
  await succeed(process.execPath, [changeset, 'version'], { cwd: copy });
  const versions = join(root, '.ci/release/example-versions.mjs');
  await succeed(process.execPath, [versions], { cwd: copy });
  await rm(join(copy, '.gitignore')); // else npm would leave dist out
}

async function packAll(copy: string, tarballs: string): Promise<Packed[]> {
  await mkdir(tarballs);
  const flags = ['--workspaces', '--json', '--ignore-scripts', '--pack-destination', tarballs];
  const packed = JSON.parse(await succeed('npm', ['pack', ...flags], { cwd: copy })) as
    readonly PackEntry[] | Readonly<Record<string, PackEntry>>;
  return Promise.all(
    Object.values(packed).map(async ({ name, version, filename, files }) => {
      const file = join(tarballs, basename(filename));
      const folder = join(tarballs, name.replace('/', '-'));
      await mkdir(folder);
      await succeed('tar', ['-xzf', file, '-C', folder, '--strip-components=1'], { cwd: tarballs });
      return { name, version, file, folder, files: files.map(({ path }) => path) };
    }),
  );
}

interface PackEntry {
  readonly name: string;
  readonly version: string;
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

export const readText = (packed: Packed, path: string) =>
  readFile(join(packed.folder, path), 'utf8');
