import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';

/** Taken from moekit wherever a plug-in lies; their versions are part of every run. */
export const SHARED = /^@moekit\/(core|kernels|models|bench)(\/|$)|^@tensorflow\/|^moekit\/config$/;

/** A package in a node_modules folder. */
export interface InstalledPackage {
  readonly folder: string;
  /** Its package.json. */
  readonly manifest: string;
  /** `name@version` */
  readonly label: string;
  /** Names of the packages that it may import. */
  readonly dependencies: readonly string[];
}

/** The package that a file belongs to; undefined for one of the user's own, outside node_modules. */
export function packageAround(file: string): InstalledPackage | undefined {
  const parts = file.split(sep);
  const at = parts.lastIndexOf('node_modules');
  if (at < 0) return undefined;
  const scoped = parts[at + 1]?.startsWith('@') ? 1 : 0;
  const folder = parts.slice(0, at + 2 + scoped).join(sep);
  const manifest = join(folder, 'package.json');
  const said = readManifest(manifest);
  const name = parts.slice(at + 1, at + 2 + scoped).join('/');
  return {
    folder,
    manifest,
    label: `${name}@${said.version ?? ''}`,
    dependencies: Object.keys({
      ...said.dependencies,
      ...said.optionalDependencies,
      ...said.peerDependencies,
    }),
  };
}

/** The package.json of a package that one in `from` may import, whatever it exports; none where it is not installed. */
export function manifestOf(name: string, from: string): readonly string[] {
  if (SHARED.test(name)) return [];
  const file = join(from, 'node_modules', name, 'package.json');
  if (existsSync(file)) return [file];
  return dirname(from) === from ? [] : manifestOf(name, dirname(from));
}

/** sha256 (hex) of every file of a package, packages inside it left out. */
export function hashPackage(folder: string): string {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(folder, join(parentPath, name)).split(sep).join('/'))
    .filter((file) => !file.split('/').includes('node_modules'))
    .sort();
  const hash = createHash('sha256');
  for (const file of files) {
    const bytes = readFileSync(join(folder, file));
    hash.update(`${file} ${bytes.length}\n`).update(bytes);
  }
  return hash.digest('hex');
}

interface PackageJson {
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

function readManifest(file: string): PackageJson {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as PackageJson;
  } catch {
    return {};
  }
}
