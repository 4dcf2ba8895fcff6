import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (...path: string[]) => readFileSync(join(root, ...path), 'utf8');

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly engines: { readonly node: string };
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

const packages = ['packages', 'apps']
  .flatMap((group) => readdirSync(join(root, group)).map((name) => `${group}/${name}`))
  .map((folder) => ({ folder, ...(JSON.parse(read(folder, 'package.json')) as Manifest) }))
  .filter((manifest) => !manifest.private);
const names = new Set(packages.map(({ name }) => name));
const { version, engines } = packages[0]!;

/** The packages that a changeset names, each with what it asks for. */
const changesets = readdirSync(join(root, '.changeset'))
  .filter((name) => name.endsWith('.md') && name !== 'README.md')
  .map((name) => {
    const [, head, text] = /^---\n([\s\S]*?)---\n([\s\S]*)$/.exec(read('.changeset', name))!;
    const bumps = [...head!.matchAll(/^'([^']+)': (\w+)$/gm)].map(([, to, bump]) => [to!, bump!]);
    return { name, text: text!.trim(), bumps: Object.fromEntries(bumps) as Record<string, string> };
  });

it('all packages have one version and run on the same versions of Node', () => {
  expect(new Set(packages.map((manifest) => manifest.version))).toEqual(new Set([version]));
  expect(new Set(packages.map((manifest) => manifest.engines.node))).toEqual(
    new Set([engines.node]),
  );
});

it('TensorFlow.js is a peer of one range below the applications, and pinned in them', () => {
  const ranges = packages.flatMap(({ dependencies = {}, peerDependencies = {} }) =>
    Object.entries({ ...dependencies, ...peerDependencies }).filter(([name]) =>
      name.startsWith('@tensorflow/'),
    ),
  );
  expect(new Set(ranges.map(([, range]) => range))).toEqual(new Set(['4.22.0', '^4.22.0']));
});

it.each(changesets)('$name names packages that exist, and says what changed', ({ bumps, text }) => {
  expect(Object.keys(bumps).length).toBeGreaterThan(0);
  expect(Object.keys(bumps).filter((name) => !names.has(name))).toEqual([]);
  expect(text).toMatch(/\S{2,}/);
});

describe.each(packages)('$name', ({ name, folder }) => {
  it('has a changelog of its version, or a changeset of its first release', () => {
    if (version !== '0.0.0') {
      expect(read(folder, 'CHANGELOG.md')).toContain(`## ${version}`);
      return;
    }
    expect(existsSync(join(root, folder, 'CHANGELOG.md'))).toBe(false);
    const first = changesets.filter(({ bumps, text }) => name in bumps && /^First release/.test(text)); // prettier-ignore
    expect(first.map(({ bumps }) => bumps)).toEqual([{ [name]: 'minor' }]); // 0.0.0 -> 0.1.0
  });
});
