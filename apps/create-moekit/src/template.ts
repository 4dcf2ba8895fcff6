import { readFile, readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The template is a package of this name at version 0.0.0, which our own tests build, test and run. */
const NAME = 'my-router';

/** npm leaves out the first two, and a manifest in a package would be taken for one. */
const RENAMED: Readonly<Record<string, string>> = {
  gitignore: '.gitignore',
  github: '.github',
  'manifest.json': 'package.json',
};

/** Files that a run leaves in the template's folder of this repository. */
const LEFT_OUT = /(^|\/)(node_modules|dist|moekit-results)(\/|$)/;

const folder = fileURLToPath(new URL('../template', import.meta.url));

/** The version of moekit that a new package is written for: create-moekit's own, all packages share one. */
async function ownVersion(): Promise<string> {
  const text = await readFile(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** @returns the files of a package of that name: path (with `/`) to text */
export async function renderTemplate(name: string): Promise<ReadonlyMap<string, string>> {
  const version = await ownVersion();
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((path) => !LEFT_OUT.test(path))
    .sort();
  return new Map(
    await Promise.all(
      paths.map(async (path) => {
        const text = await readFile(join(folder, path), 'utf8');
        return [targetOf(path), fill(text, name, version)] as const;
      }),
    ),
  );
}

function targetOf(path: string): string {
  const [top = '', ...rest] = path.split('/');
  return [RENAMED[top] ?? top, ...rest].join('/');
}

/** The router itself is named without the scope. */
function fill(text: string, name: string, version: string): string {
  const short = name.slice(name.lastIndexOf('/') + 1);
  return text
    .replaceAll(`name: '${NAME}'`, `name: '${short}'`)
    .replaceAll(NAME, name)
    .replaceAll('"0.0.0"', `"^${version}"`)
    .replaceAll('(c) 2026', `(c) ${new Date().getFullYear()}`);
}
