import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const examples = readdirSync(join(root, 'examples'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== 'out-tsc')
  .map(({ name }) => name);

type Dependencies = Readonly<Record<string, string>>;
interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly dependencies?: Dependencies;
  readonly devDependencies?: Dependencies;
  readonly peerDependencies?: Dependencies;
  readonly scripts?: Dependencies;
}
interface Locked extends Omit<Manifest, 'name'> {
  readonly name?: string;
  readonly resolved?: string;
  readonly integrity?: string;
}

const read = (...path: string[]) => readFileSync(join(root, ...path), 'utf8');
const manifestOf = (...path: string[]) => JSON.parse(read(...path, 'package.json')) as Manifest;

/** moekit's packages as they are here. */
const own = new Map(
  ['packages', 'apps']
    .flatMap((group) => readdirSync(join(root, group)).map((name) => manifestOf(group, name)))
    .map((manifest) => [manifest.name, manifest]),
);

const { version } = own.get('@moekit/core')!;
/** Of the release that the examples are written for: the next one, before the first. */
const RANGE = `^${version === '0.0.0' ? '0.1.0' : version}`;

/** The names that a file imports, without the paths below them. */
const importsOf = (source: string) =>
  [...source.matchAll(/(?:from|import) '((?:@[\w-]+\/)?[\w-]+)[^']*'/g)]
    .map(([, name]) => name!)
    .filter((name) => name !== 'node'); // its own modules

it('there are six, and a page that lists them', () => {
  expect(examples).toEqual(['layer', 'layers-model', 'page', 'router', 'server', 'sweep']);
  const listed = [...read('examples/README.md').matchAll(/\]\(([\w-]+)\/README\.md\)/g)].map(
    ([, name]) => name,
  );
  expect(listed.sort()).toEqual(examples);
});

it('the server has 12 lines', () => {
  expect(read('examples/server/main.ts').trimEnd().split('\n')).toHaveLength(12);
});

describe.each(examples)('%s can be copied out of the repository', (name) => {
  const folder = join('examples', name);
  const sources = readdirSync(join(root, folder)).filter((file) => file.endsWith('.ts'));

  it('needs no file above it', () => {
    expect(read(folder, 'tsconfig.json')).not.toMatch(/extends|references|\.\.\//);
    for (const file of sources) expect(read(folder, file), file).not.toMatch(/'\.\.\//);
  });

  it('depends on every package that it imports, and on moekit by the range of one release', () => {
    const { dependencies = {}, devDependencies = {} } = manifestOf(folder);
    const wanted = { ...dependencies, ...devDependencies };
    const imported = sources.flatMap((file) => importsOf(read(folder, file)));
    expect(Object.keys(wanted)).toEqual(expect.arrayContaining(imported));
    const ranges = Object.entries(wanted).filter(([dependency]) => own.has(dependency));
    expect(new Set(ranges.map(([, range]) => range))).toEqual(new Set([RANGE]));
  });

  it('its README names only scripts that it has', () => {
    const named = [...read(folder, 'README.md').matchAll(/npm run ([\w:-]+)/g)];
    const { scripts = {} } = manifestOf(folder);
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(named.map(([, script]) => script)));
  });

  it('its lock is of its package.json, of this version of moekit, and names no registry', () => {
    const { packages } = JSON.parse(read(folder, 'package-lock.json')) as {
      readonly packages: Readonly<Record<string, Locked>>;
    };
    const { dependencies, devDependencies } = manifestOf(folder);
    expect(packages['']).toMatchObject({ dependencies, devDependencies });
    for (const [path, locked] of Object.entries(packages)) {
      expect(locked.resolved, path).toBeUndefined();
      const here = own.get(path.replace(/^.*node_modules\//, ''));
      if (path !== '' && !here) expect(locked.integrity, path).toMatch(/^sha512-/);
      if (here) expect(dependenciesOf(locked), path).toEqual(dependenciesOf(here));
    }
  });
});

/** Dependencies and peers of a package; of moekit the names alone. */
function dependenciesOf({ dependencies = {}, peerDependencies = {} }: Omit<Manifest, 'name'>) {
  const ranges = Object.entries({ ...dependencies, ...peerDependencies });
  return Object.fromEntries(ranges.map(([name, range]) => [name, own.has(name) ? '' : range]));
}
