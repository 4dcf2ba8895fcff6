import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { Results } from '@moekit/bench';
import { describe, expect, test } from 'vitest';

import { emptyFolder, moekit, TINY } from './moekit.js';

const nasty = (name: string) => {
  const file = '../../../packages/bench/test/plugins/nasty/behaviours.ts';
  return `${fileURLToPath(new URL(file, import.meta.url))}#${name}`;
};

/** Module text, then the error of its row. */
const LOADED: readonly (readonly [string, string, string])[] = [
  ['exits', 'process.exit(0);', 'BENCH_WORKER'],
  ['throws', 'throw null;', 'BENCH_PLUGIN_FILE'],
  [
    'rejects',
    'Promise.reject(new Error("unheard")); await new Promise(() => setTimeout(() => 0, 9e5));',
    'BENCH_TRIAL',
  ],
  ['adds', '(Object.prototype as any).evil = 1; export default 1;', 'BENCH_PLUGIN_FILE'],
];

const WORKING = ['exitsInCreate', 'exitsAfterStep', 'huge', 'throwsNull', 'rejects'];

describe('a plug-in that misbehaves', () => {
  test('fails in its own row, and nowhere else', async () => {
    const cwd = await emptyFolder();
    for (const [name, text] of LOADED) await writeFile(join(cwd, `${name}.ts`), text);
    const files = [...LOADED.map(([name]) => `./${name}.ts`), ...WORKING.map(nasty)];
    const routers = [...files, nasty('right'), nasty('speaks')].flatMap((file) => [
      '--router',
      file,
    ]);
    const flags = ['--seeds', '1', '--json', '--quiet', ...routers];
    const ended = await moekit(['bench', ...TINY, ...flags], { cwd });
    expect(ended.code).toBe(1);
    const { rows } = JSON.parse(ended.stdout) as Results;
    const codes = rows.map(({ label, figures, errors }) => [
      label,
      figures ? 'done' : errors[0]?.code,
    ]);
    expect(Object.fromEntries(codes)).toMatchObject({
      dense: 'done',
      right: 'done',
      speaks: 'done',
      ...Object.fromEntries(LOADED.map(([name, , code]) => [`${name}.ts`, code])),
      exitsInCreate: 'BENCH_WORKER',
      exitsAfterStep: 'BENCH_WORKER',
      huge: 'MOE_ROUTE',
      throwsNull: 'MOE_ROUTE',
      rejects: 'BENCH_TRIAL',
    });
    expect(ended.stdout.length).toBeLessThan(200_000);
  }, 240_000);

  test('or hangs is ended, whatever signals it ignores', async () => {
    const cwd = await emptyFolder();
    const text = 'process.on("SIGTERM", () => undefined); for (;;);';
    await writeFile(join(cwd, 'loads.ts'), text);
    const flags = ['--router', './loads.ts', '--router', nasty('hangs'), '--timeout', '4'];
    const ended = await moekit(['bench', ...TINY, '--seeds', '1', '--json', '--quiet', ...flags], {
      cwd,
    });
    const { rows } = JSON.parse(ended.stdout) as Results;
    const codes = rows.slice(-2).map(({ errors }) => errors[0]?.code);
    expect([ended.code, ...codes]).toEqual([1, 'BENCH_TIMEOUT', 'BENCH_TIMEOUT']);
  });

  const TRAIN = [
    'train',
    '--steps',
    '2',
    '--backend',
    'cpu',
    '--data',
    'tiny.txt',
    '--quiet',
    '--json',
  ];
  const SMALL = ['numLayers=2', 'modelWidth=8', 'contextLength=8', 'numHeads=1'];
  const train = async (name: string) => {
    const cwd = await emptyFolder();
    await writeFile(join(cwd, 'tiny.txt'), 'To be, or not to be. '.repeat(200));
    const set = SMALL.flatMap((setting) => ['--set', `model.${setting}`]);
    return moekit([...TRAIN, ...set, '--router', nasty(name), '--out', 'run'], { cwd });
  };

  test.each(['exitsInCreate', 'exitsInRoute', 'rejects'])(
    'that %s never looks like success in train',
    async (name) => {
      const { code, stdout, stderr } = await train(name);
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toMatch(/^error CLI_ENDED: /m);
    },
  );

  test('that prints leaves the output of train clean', async () => {
    const { code, stdout, stderr } = await train('right');
    expect([code, JSON.parse(stdout)]).toMatchObject([0, { step: 2 }]);
    expect(stderr).toContain('written by a plug-in');
  });
});
