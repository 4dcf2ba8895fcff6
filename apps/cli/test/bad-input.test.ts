import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { runInProcess } from './in-process.js';
import { emptyFolder, moekit, TINY } from './moekit.js';

/** Flags, then the code and what the line must say. */
const CASES: readonly (readonly [string, readonly string[], string, RegExp])[] = [
  ['an unknown router', ['--routers', 'treshold'], 'CLI_ROUTER_UNKNOWN', /mean threshold\?/],
  [
    'an option out of range',
    ['--routers', 'threshold?threshold=2'],
    'MOE_OPTIONS',
    /threshold = 2/,
  ],
  ['an unknown option', ['--routers', 'switch?kk=2'], 'MOE_OPTIONS', /kk/],
  ['a missing router file', ['--router', './no.ts'], 'BENCH_PLUGIN_FILE', /no\.ts/],
  ['a file without the contract', ['--router', './half.js'], 'MOE_PLUGIN', /apiVersion/],
  ['a missing text', ['--data', 'no.txt'], 'DATA_MISSING', /no\.txt/],
  ['a binary text', ['--data', './binary.txt'], 'DATA_BINARY', /binary\.txt/],
  ['an unwritable output', ['--out', 'binary.txt/deeper'], 'BENCH_OUTPUT', /--out/],
  ['a wrong number', ['--steps', 'many'], 'CLI_USAGE', /--steps/],
  ['no steps', ['--steps', '0'], 'BENCH_CONFIG', /training\.steps = 0/],
  ['an unknown backend', ['--backend', 'metal'], 'BENCH_CONFIG', /backend = "metal"/],
  [
    'a backend that is not here',
    ['--backend', 'tensorflow'],
    'BACKEND_MISSING',
    /moekit backend install/,
  ],
  ['an unknown task', ['--task', 'chess'], 'BENCH_CONFIG', /task = "chess"/],
  ['a missing config', ['--config', 'no.json'], 'BENCH_CONFIG', /no\.json/],
  ['an unknown flag', ['--rooters', 'switch'], 'CLI_USAGE', /--rooters/],
  ['the same router twice', ['--routers', 'switch,switch'], 'BENCH_CONFIG', /switch more than/],
];

describe('bad input gives exit code 2 and one coded line', () => {
  test.each(CASES)('%s', async (_, flags, code, says) => {
    const cwd = await emptyFolder();
    await writeFile(join(cwd, 'binary.txt'), new Uint8Array(4000).fill(255));
    await writeFile(join(cwd, 'half.js'), 'export default { name: "half" };');
    const config = flags.includes('--config') ? [] : TINY;
    const ended = await runInProcess(['bench', ...config, ...flags], { cwd });
    expect(ended.stderr).toMatch(new RegExp(`^error ${code}: [^\\n]+\\n$`));
    expect(ended.stderr).toMatch(says);
    expect([ended.code, ended.stdout]).toEqual([2, '']);
  });

  test('an unknown command', async () => {
    const { code, stderr } = await moekit(['bnech']);
    expect([code, stderr.split('\n').length]).toEqual([2, 2]);
    expect(stderr).toMatch(/^error CLI_USAGE: .*bnech/);
  });

  test('a router of another API version', async () => {
    const cwd = await emptyFolder();
    const plugin =
      "{ name: 'old', apiVersion: 0, options: { '~standard': { version: 1, validate() {} } }, create() {} }";
    await writeFile(join(cwd, 'old.mjs'), `export default ${plugin};\n`);
    const { code, stderr } = await runInProcess(['bench', ...TINY, '--router', './old.mjs'], {
      cwd,
    });
    expect(stderr).toMatch(/^error MOE_API_VERSION: /);
    expect(code).toBe(2);
  });
});
