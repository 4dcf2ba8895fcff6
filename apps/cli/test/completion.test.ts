import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { candidatesFor } from '../src/completion/candidates.js';
import { builtInValues } from '../src/completion/values.js';
import { wordsOf } from '../src/completion/words.js';
import { createProgram } from '../src/program.js';
import { program } from './moekit.js';

const complete = async (line: string) => {
  const [, ...words] = wordsOf(line);
  const found = await candidatesFor(
    createProgram(() => undefined),
    words,
    builtInValues,
  );
  return found.map(({ value }) => value);
};

test.each([
  ['moekit ro', ['route', 'routers']],
  ['moekit backend ', ['install', 'list', 'remove', 'verify']],
  ['moekit backend install ', ['tensorflow']],
  ['moekit bench --backend w', ['webgpu', 'wasm']],
  ['moekit bench --backend=t', ['--backend=tensorflow']],
  ['moekit bench --routers moe', ['moe-plus-plus']],
  ['moekit bench --routers topk,thr', ['topk,threshold']],
  ['moekit sweep null/mo', ['null/modality']],
  ['moekit sweep ./g', [':files']],
  ['moekit experiments xmoe/s', ['xmoe/scaling']],
  ['moekit sweep null/modality --preset ', ['quick', 'large']],
  ['moekit tasks l', ['lm']],
  ['moekit train --task v', ['vision-language']],
  ['moekit train --tokenizer b', ['bytes', 'bpe:4096']],
  ['moekit route "a run" "to be" --by ', ['expert', 'count']],
  ['moekit completion ', ['bash', 'zsh', 'fish']],
  ['moekit eval ', [':files']],
  ['moekit report a ', [':folders']],
  ['moekit bench --out ', [':folders']],
  ['moekit bench --steps ', []],
  ['moekit nothing ', ['--version', '--help']],
])('%s<Tab>', async (line, values) => {
  expect(await complete(line)).toEqual(values);
});

test('an option that is given is not offered again, one that may come again is', async () => {
  const options = await complete('moekit train --steps 5 --set seed=1 --');
  expect(options).toEqual(expect.arrayContaining(['--set', '--router', '--help']));
  expect(options).not.toContain('--steps');
});

test.each([
  ['moekit  route  "a b" c', ['moekit', 'route', 'a b', 'c']],
  ["moekit 'a\"b' ", ['moekit', 'a"b', '']],
  ['moekit a\\ b', ['moekit', 'a b']],
  ['', ['']],
])('the words of %j', (line, words) => {
  expect(wordsOf(line)).toEqual(words);
});

/** A folder whose `moekit` is the program under test, with a file and a folder to be completed. */
function shellFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'moekit-'));
  writeFileSync(
    join(folder, 'moekit'),
    `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`,
    { mode: 0o755 },
  );
  mkdirSync(join(folder, 'some folder'));
  writeFileSync(join(folder, 'some file.json'), '{}');
  return {
    folder,
    env: { ...process.env, PATH: `${folder}:${process.env['PATH']}`, HOME: folder },
  };
}

const has = (shell: string) => spawnSync(shell, ['--version']).status === 0;

/** Runs lines of a shell that has moekit's script. */
function inShell(shell: string, args: readonly string[], code: string): string {
  const { folder, env } = shellFolder();
  const { stdout, stderr, status } = spawnSync(shell, [...args, code], {
    cwd: folder,
    env,
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout;
}

const ASK = `source <(moekit completion bash)
ask() {
  COMP_LINE="$1"; COMP_POINT=\${#1}; eval "COMP_WORDS=($2)"; COMP_CWORD=$(( \${#COMP_WORDS[@]} - 1 ))
  _moekit; printf '[%s]' "\${COMPREPLY[@]}"; echo
}`;

describe.skipIf(!has('bash'))('bash', { timeout: 60_000 }, () => {
  test('completes commands, options, values and files, also of words that are divided at = and :', () => {
    const said = inShell(
      'bash',
      ['--norc', '-c'],
      `${ASK}
      ask 'moekit ro' 'moekit ro'
      ask 'moekit bench --backend=w' 'moekit bench --backend = w'
      ask 'moekit train --tokenizer bpe:' 'moekit train --tokenizer bpe : ""'
      ask 'moekit inspect some' 'moekit inspect some'
      ask 'moekit report some' 'moekit report some'`,
    );
    expect(said.split('\n')).toEqual([
      '[route][routers]',
      '[webgpu][wasm]',
      '[4096]',
      '[some file.json][some folder]',
      '[some folder]',
      '',
    ]);
  });
});

describe.skipIf(!has('zsh'))('zsh', { timeout: 60_000 }, () => {
  test('completes commands, values and files', () => {
    const said = inShell(
      'zsh',
      ['-f', '-c'],
      `compdef() { }; _describe() { print -r -- $values }; _files() { print -r -- files $* }
      source <(moekit completion zsh)
      ask() { words=("$@"); CURRENT=$#words; PREFIX=$words[-1]; _moekit }
      ask moekit experi
      ask moekit bench --backend w
      ask moekit train --tokenizer bp
      ask moekit inspect so
      ask moekit report so`,
    );
    expect(said.split('\n')).toEqual([
      expect.stringMatching(/^experiments:list the experiments/),
      'webgpu: wasm:',
      'bpe\\:4096:',
      'files',
      'files -/',
      '',
    ]);
  });
});

describe.skipIf(!has('fish'))('fish', { timeout: 60_000 }, () => {
  test('completes commands, values and files', () => {
    const said = inShell(
      'fish',
      ['--no-config', '-c'],
      `moekit completion fish | source
      complete -C 'moekit inspect some'
      complete -C 'moekit ro'
      complete -C 'moekit bench --backend w'`,
    );
    const values = said
      .trim()
      .split('\n')
      .map((line) => line.split('\t')[0]!.replaceAll('\\', ''));
    expect(values.toSorted()).toEqual(
      ['route', 'routers', 'some file.json', 'some folder/', 'wasm', 'webgpu'].toSorted(),
    );
  });
});
