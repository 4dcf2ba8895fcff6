import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const sources = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((path) => /^(packages|apps)\/[^/]+\/src\/.*\.ts$/.test(path));

const packageOf = (path: string) => path.split('/').slice(0, 2).join('/');

/** The room of a file: its folder right under `src`; undefined for files of no room. */
function roomOf(path: string): string | undefined {
  const [room, ...inside] = path.split('/').slice(3);
  return inside.length > 0 ? room : undefined;
}

/** Files that an entry of `imports` in package.json stands for: one in Node.js, one in browsers. */
function standingFor(path: string, entry: string): readonly string[] {
  const folder = packageOf(path);
  const { imports } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as {
    imports: Record<string, object>;
  };
  const files = JSON.stringify(imports[entry]).matchAll(/"\.\/(src\/[^"]+)"/g);
  return [...files].map(([, file]) => join(folder, file!));
}

/** Files of the same package that a file imports: at its head, as types alone, or by `import()` when it runs. */
function importedBy(path: string): readonly string[] {
  const text = readFileSync(join(root, path), 'utf8');
  const imports = text.matchAll(/(?:\bfrom |\bimport |\bimport\()\s*'([.#][^']+)'/g);
  return [...imports].flatMap(([, target]) =>
    target!.startsWith('#')
      ? standingFor(path, target!)
      : [join(path, '..', target!.replace(/\.js$/, '.ts'))],
  );
}

const importsOf = new Map(sources.map((path) => [path, importedBy(path)]));

const roomsImportedBy = (path: string) =>
  importsOf.get(path)!.flatMap((target) => roomOf(target) ?? []);

/** A way from a file back to itself; undefined where there is none. */
function circleThrough(
  path: string,
  graph: ReadonlyMap<string, readonly string[]>,
): readonly string[] | undefined {
  const before = new Map<string, string>();
  for (const at of reached(path, graph, before)) {
    if (graph.get(at)?.includes(path)) return wayTo(at, before);
  }
  return undefined;
}

/** Files in the order of their distance; `before` receives the file that each was reached from. */
function* reached(
  path: string,
  graph: ReadonlyMap<string, readonly string[]>,
  before: Map<string, string>,
) {
  const next = [path];
  for (const at of next) {
    yield at;
    for (const target of graph.get(at) ?? []) {
      if (target === path || before.has(target)) continue;
      before.set(target, at);
      next.push(target);
    }
  }
}

function wayTo(path: string, before: ReadonlyMap<string, string>): readonly string[] {
  const from = before.get(path);
  return from === undefined ? [path] : [...wayTo(from, before), path];
}

describe.each([...new Set(sources.map(packageOf))])('%s', (folder) => {
  const arrows = new Set(
    sources
      .filter((path) => packageOf(path) === folder)
      .flatMap((path) => roomsImportedBy(path).map((room) => `${roomOf(path)} -> ${room}`)),
  );

  it('has no two rooms that import from each other', () => {
    const both = [...arrows].filter((arrow) => {
      const [from, to] = arrow.split(' -> ');
      return from !== to && arrows.has(`${to} -> ${from}`);
    });
    expect(both).toEqual([]);
  });

  it('has no file that leads back to itself by its imports, types and import() included', () => {
    const files = sources.filter((path) => packageOf(path) === folder);
    const circles = files.flatMap((path) => {
      const circle = circleThrough(path, importsOf);
      return circle ? [circle.join(' -> ')] : [];
    });
    expect(circles).toEqual([]);
  });
});

it('finds a circle of three files, and the file that imports itself', () => {
  const graph = new Map([
    ['a', ['b']],
    ['b', ['c', 'd']],
    ['c', ['a']],
    ['d', ['d']],
  ]);
  const circles = [...graph.keys()].map((path) => circleThrough(path, graph)?.join(' -> '));
  expect(circles).toEqual(['a -> b -> c', 'b -> c -> a', 'c -> a -> b', 'd']);
});
