import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { expect, it } from 'vitest';

const packages = fileURLToPath(new URL('../../packages/', import.meta.url));
const names = [
  'kernels',
  'core',
  'router-topk',
  'router-threshold',
  'router-null-expert',
  'router-controls',
  'router-relu',
];

/** Packages of which a page carries the root entry; what needs Node.js is under `/node`. */
const roots = ['data', 'models'];

const NODE =
  /^(node:|fs$|path$|url$|os$|util$|crypto$|module$|process$|worker_threads$|child_process$|buffer$)/;

/** The static and dynamic imports of a package's sources, by file. */
function importsOf(name: string): [file: string, specifier: string][] {
  const source = join(packages, name, 'src');
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => {
      const text = readFileSync(join(source, file), 'utf8');
      const found = text.matchAll(/(?:\bfrom|\bimport|\bimport\(|\brequire\()\s*'([^']+)'/g);
      return [...found].map(([, specifier]): [string, string] => [file, specifier!]);
    });
}

it.each(names)('@moekit/%s imports nothing that only Node has, so pages can carry it', (name) => {
  const imports = importsOf(name);
  expect(imports.length).toBeGreaterThan(5);
  expect(imports.filter(([, specifier]) => NODE.test(specifier))).toEqual([]);
});

/** Files that the root entry reaches, with what they import but for types. */
function reachable(name: string): [file: string, specifier: string][] {
  const source = join(packages, name, 'src');
  const seen = new Set<string>();
  const found: [string, string][] = [];
  const visit = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    const text = readFileSync(file, 'utf8');
    const values = /(?:^(?:import|export)\s+(?!type\b)[^'";]*|\bimport\()'([^']+)'/gm;
    for (const [, specifier] of text.matchAll(values)) {
      found.push([file, specifier!]);
      if (specifier!.startsWith('.'))
        visit(join(dirname(file), specifier!.replace(/\.js$/, '.ts')));
    }
  };
  visit(join(source, 'index.ts'));
  return found;
}

it.each(roots)('@moekit/%s: its root entry reaches nothing that only Node has', (name) => {
  const imports = reachable(name);
  expect(imports.length).toBeGreaterThan(20);
  const refused = ({ 1: specifier }: [string, string]) =>
    NODE.test(specifier) || /^@moekit\/(files|.*\/node$)/.test(specifier);
  expect(imports.filter(refused)).toEqual([]);
});

it.each([...names, ...roots])(
  '@moekit/%s says that its modules have no side effects, and has none at the top',
  (name) => {
    const manifest = JSON.parse(readFileSync(join(packages, name, 'package.json'), 'utf8')) as {
      sideEffects?: unknown;
    };
    expect(manifest.sideEffects).toBe(false);
    // an import for its effect alone would be dropped by bundlers; reflect-metadata is the container's own
    const bare = importsOf(name).filter(([file, specifier]) => {
      const text = readFileSync(join(packages, name, 'src', file), 'utf8');
      return (
        text.split('\n').includes(`import '${specifier}';`) && specifier !== 'reflect-metadata'
      );
    });
    expect(bare).toEqual([]);
  },
);
