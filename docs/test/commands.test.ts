import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { createProgram } from 'moekit';
import { describe, expect, it } from 'vitest';

/** As the command line makes them: the commander at the top may be another version. */
type Command =
  ReturnType<typeof createProgram> | ReturnType<typeof createProgram>['commands'][number];

const root = fileURLToPath(new URL('../..', import.meta.url));
const program = createProgram(() => undefined);
const scriptsOf = (folder: string) =>
  (JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as { scripts: object })
    .scripts;

const pages = [
  'README.md',
  ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`),
  ...['packages', 'apps', 'examples'].flatMap((group) =>
    readdirSync(join(root, group)).map((name) => `${group}/${name}/README.md`),
  ),
].filter((page) => page.endsWith('.md') && existsSync(join(root, page)));

const commands = pages.flatMap((page) => {
  const text = readFileSync(join(root, page), 'utf8');
  return [...text.matchAll(/```sh\n([\s\S]*?)```/g)]
    .flatMap(([, block]) => block!.replaceAll('\\\n', ' ').split('\n'))
    .map((line) => line.replace(/\s+#.*$|^#.*$/, '').trim())
    .flatMap((line) => line.split('&&').map((part) => part.trim()))
    .filter((command) => command !== '')
    .map((command) => ({ page, command }));
});

/** The words of a line, without leading settings of the environment. */
const wordsOf = (command: string) =>
  (command.match(/"[^"]*"|\S+/g) ?? []).filter((word) => !/^[A-Z_]+=/.test(word));

/** Walks down `moekit a b --flag`; the first word that is not a command ends the way. */
function checkMoekit(words: readonly string[]): void {
  let command: Command = program;
  for (const word of words) {
    const next = command.commands.find((candidate) => candidate.name() === word);
    if (!next) break;
    command = next;
  }
  expect(command, words.join(' ')).not.toBe(program);
  const flags = words.filter((word) => word.startsWith('--')).map((word) => word.split('=')[0]!);
  const known = command.options.map(({ long }) => long);
  expect(known).toEqual(expect.arrayContaining(flags));
}

/** Scripts are those of the package that a page belongs to, if it is an example, which is used on its own. */
function checkNpm(page: string, [verb = '', ...rest]: readonly string[]): void {
  const example = /^examples\/[\w-]+\//.exec(page)?.[0];
  const scripts = scriptsOf(example ?? '');
  const known = ['i', 'init', 'ci', 'test', 'start', 'run', 'create', 'version', 'publish', 'pkg'];
  expect(known).toContain(verb);
  if (verb === 'run') expect(Object.keys(scripts)).toContain(rest[0]);
  if (example && /^(test|start)$/.test(verb)) expect(Object.keys(scripts)).toContain(verb);
  if (verb === 'run' && rest[0] === 'bench' && !example) checkMoekit(['bench', ...rest.slice(2)]);
  if (verb === 'run' && rest[0] === 'bench:kernels')
    checkMoekit(['kernel-times', ...rest.slice(2)]);
  if (verb === 'create') expect(rest[0]).toMatch(/^moekit(@latest)?$/);
}

describe('shell blocks name commands, flags and files that exist', () => {
  it.each(commands)('$page: $command', ({ page, command }) => {
    const [first, ...rest] = wordsOf(command);
    if (first === 'npx' && rest[0] === 'moekit') checkMoekit(rest.slice(1));
    else if (first === 'moekit') checkMoekit(rest);
    else if (first === 'npm') checkNpm(page, rest);
    else
      expect([
        'npx',
        'node',
        'cd',
        'docker',
        'python3',
        'pip',
        'tensorboard',
        'mkdir',
        'cp',
      ]).toContain(first);
    for (const file of rest.filter((word) => /^(docker|\.\/examples)\//.test(word))) {
      expect(existsSync(join(root, file)), file).toBe(true);
    }
  });
});
