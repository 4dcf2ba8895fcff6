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

/** Rooms that a file imports from, types included. */
function importedBy(path: string): readonly string[] {
  const text = readFileSync(join(root, path), 'utf8');
  const imports = text.matchAll(/(?:from |import\()'(\.[^']+)'/g);
  return [...imports].flatMap(([, target]) => roomOf(join(path, '..', target!)) ?? []);
}

describe.each([...new Set(sources.map(packageOf))])('%s', (folder) => {
  const arrows = new Set(
    sources
      .filter((path) => packageOf(path) === folder)
      .flatMap((path) => importedBy(path).map((room) => `${roomOf(path)} -> ${room}`)),
  );

  it('has no two rooms that import from each other', () => {
    const both = [...arrows].filter((arrow) => {
      const [from, to] = arrow.split(' -> ');
      return from !== to && arrows.has(`${to} -> ${from}`);
    });
    expect(both).toEqual([]);
  });
});
