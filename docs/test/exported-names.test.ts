import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { beforeAll, describe, expect, it } from 'vitest';

import { addEntry, inSignaturesOf, placeOf } from './declarations.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const folders = ['packages', 'apps'].flatMap((group) =>
  readdirSync(join(root, group)).map((name) => `${group}/${name}`),
);

const texts = new Map(
  execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: root, encoding: 'utf8' })
    .split('\n')
    .filter((path) => /\.(ts|mts|mjs|md)$/.test(path) && !/CHANGELOG|^\.changeset/.test(path))
    .map((path) => [path, read(path)]),
);

/** The names of `import { a, type b as c } from`, or of an export list. */
const namesOf = (list: string) =>
  list.split(',').map((name) => name.trim().replace(/^type /, '').split(' as ')); // prettier-ignore

/** An index, with the files that it passes on whole by `export *`. */
function indexOf(path: string): string {
  const text = read(path);
  const whole = [...text.matchAll(/export \* from '\.\/(.*)\.js'/g)];
  return [text, ...whole.map(([, file]) => read(join(path, '..', `${file!}.ts`)))].join('\n');
}

/** Exported values, or types, by the name that users import. */
function exportsOf(index: string, kind: 'value' | 'type'): string[] {
  const lists = index.matchAll(
    kind === 'value' ? /export \{([^}]*)\}/g : /export type \{([^}]*)\}/g,
  );
  const declared =
    kind === 'value' ? index.matchAll(/^export (?:async )?(?:const|function|class) (\w+)/gm) : [];
  const names = [...lists].flatMap(([, list]) => namesOf(list!)).map((name) => name.at(-1)!);
  return [...names, ...[...declared].map(([, name]) => name!)].filter(
    (name) => name && name !== 'default',
  );
}

/** Names that others have of an entry: imported by code or by a page's code, or written as code in a page. */
function namesUsed(folder: string, specifier: string): ReadonlySet<string> {
  const others = [...texts].filter(([path]) => !new RegExp(`^${folder}/(src|test)/`).test(path));
  const names = others.flatMap(([path, text]) => {
    const imports = [...text.matchAll(/(?:import|export) (?:type )?\{([^}]*)\} from '([^']+)'/g)];
    const imported = imports.filter(([, , from]) => from === specifier);
    const written = path.endsWith('.md') ? [...text.matchAll(/`(\w+)[`(<]/g)] : [];
    return [
      ...imported.flatMap(([, list]) => namesOf(list!)),
      ...written.map(([, name]) => [name!]),
    ];
  });
  return new Set(names.map(([name]) => name!));
}

const entries = folders.flatMap((folder) => {
  const manifest = JSON.parse(read(`${folder}/package.json`)) as {
    name: string;
    exports: Record<string, { '@moekit/source'?: string; types?: string }>;
  };
  return Object.entries(manifest.exports).flatMap(([entry, { '@moekit/source': source, types }]) =>
    source === undefined
      ? []
      : [
          {
            folder,
            specifier: join(manifest.name, entry),
            source,
            declarations: join(root, folder, types!),
          },
        ],
  );
});

for (const { specifier, declarations } of entries) addEntry(specifier, declarations);

/** Declarations of a package that users import, or that the signatures of those name. */
const nameable = new Map(
  folders.map((folder) => [
    folder,
    () =>
      inSignaturesOf(
        entries
          .filter((entry) => entry.folder === folder)
          .flatMap(({ specifier, declarations }) =>
            [...namesUsed(folder, specifier)].map((name) => ({ entry: declarations, name })),
          ),
      ),
  ]),
);

beforeAll(
  () => execFileSync('npx', ['tsc', '-b', 'apps/cli/tsconfig.lib.json'], { cwd: root }),
  120_000,
);

describe.each(entries)('$specifier', ({ folder, specifier, source, declarations }) => {
  const index = indexOf(join(folder, source));
  const used = namesUsed(folder, specifier);

  it('exports no value without a user or a page outside its package', () => {
    const values = exportsOf(index, 'value');
    expect(values.length).toBeGreaterThan(0);
    expect(values.filter((name) => !used.has(name))).toEqual([]);
  });

  it('exports no type that no user imports and no signature of what they import has', () => {
    const named = nameable.get(folder)!();
    const idle = exportsOf(index, 'type').filter((name) => {
      const place = placeOf(declarations, name);
      return place === undefined ? !used.has(name) : !named.has(place);
    });
    expect(idle).toEqual([]);
  });
});

it('finds the types of a signature, theirs, and no others', () => {
  const entry = join(root, 'packages/core/dist/index.d.ts');
  const found = inSignaturesOf([{ entry, name: 'createRouter' }]);
  const [router, routing, sink] = ['Router', 'Routing', 'TelemetrySink'].map((name) =>
    placeOf(entry, name),
  );
  expect([router, routing].map((place) => found.has(place!))).toEqual([true, true]);
  expect(sink === undefined || found.has(sink)).toBe(sink === undefined);
});
