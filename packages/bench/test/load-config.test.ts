import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { loadConfig, parseExperiment } from '../src/index.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'moekit-config-'));
  await mkdir(join(folder, 'folder.ts'));
  execFileSync('mkfifo', [join(folder, 'pipe.json')]);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function load(name: string, text?: string) {
  if (text !== undefined) await writeFile(join(folder, name), text);
  return (await loadConfig(name, folder)).config;
}

describe('a configuration that is read', () => {
  const seeds = { seeds: [1, 2] };
  test.each([
    ['marked.json', '\uFEFF{ "seeds": [1, 2] }'],
    ['schema.json', '{ "$schema": "./schemas/experiment.json", "seeds": [1, 2] }'],
    ['comments.jsonc', '{ // two\n "seeds": [1, 2,], /* all */ }'],
    ['marked.ts', '\uFEFFexport default { seeds: [1, 2] as number[] };'],
    ['capitals.JSON', '{ "seeds": [1, 2] }'],
    ['CAPITALS.TS', 'const seeds: number[] = [1, 2]; export default { seeds };'],
    ['common.cjs', 'module.exports = { seeds: [1, 2] };'],
    ['common.cts', 'const seeds: number[] = [1, 2]; module.exports = { seeds };'],
    ['compiled.js', 'exports.__esModule = true; exports.default = { seeds: [1, 2] };'],
    ['waits.mts', 'export default await Promise.resolve({ seeds: [1, 2], name: undefined });'],
  ])('%s', async (name, text) => expect(await load(name, text)).toEqual(seeds));
});

describe('a configuration that is refused, by its reason', () => {
  test.each([
    ['missing.ts', undefined, /does not exist/],
    ['missing.yaml', undefined, /does not exist/],
    ['folder.ts', undefined, /a folder/],
    ['pipe.json', undefined, /a device, a pipe or a socket/],
    ['/dev/zero', undefined, /a device, a pipe or a socket/],
    ['other.yaml', 'seeds: [1]', /must be \.json, \.jsonc, \.ts/],
    ['trailing.json', '{ "seeds": [1,] }', /trailing\.json:1:15 a value is missing here, perhaps/],
    ['comment.json', '// x\n{}', /comment\.json:1:1 a comment, .* name the file \.jsonc/],
    [
      'twice.json',
      '{\n  "seeds": [1],\n  "seeds": [2]\n}',
      /twice\.json:3:3 the key "seeds" a second/,
    ],
    [
      'several.json',
      '{ "a" 1,\n "b": tru,\n }',
      /got 3 mistakes.*\n.*:1:7 a colon.*\n.*:2:7 a word/,
    ],
    ['schema.json', '{ "$schema": 1 }', /address of a JSON Schema, got 1/],
    ['deep.json', '['.repeat(1e5), /nested too deeply|closing/],
    ['cut.json', '{ "seeds": [1,', /JSON/],
    ['empty.json', '', /JSON/],
    ['syntax.ts', 'export default {\n  seeds: [1,,,\n', /a syntax error.*syntax\.ts:3/],
    ['throws.ts', '\nthrow new Error("broken");', /line 2: broken/],
    ['throws-null.ts', 'throw null;', /null/],
    ['imports.ts', 'import "not-installed"; export default {};', /import of not-installed/],
    ['nothing.ts', 'export const config = {};', /undefined/],
    ['promise.ts', 'export default Promise.resolve({});', /a promise/],
    ['function.ts', 'export default () => ({});', /a function/],
    ['list.ts', 'export default [];', /an array/],
    ['inner.ts', 'export default { data: { source: () => "a" } };', /data\.source.*a function/],
    ['map.ts', 'export default { data: new Map() };', /data, which is a Map/],
    ['large.ts', 'export default { seeds: [1n] };', /seeds\.0.*a bigint/],
    ['cyclic.ts', 'const a: any = {}; a.data = a; export default a;', /contains itself/],
    [
      'infinite.ts',
      'export default { training: { learningRate: 1 / 0 } };',
      /learningRate = Infinity/,
    ],
    ['infinite.json', '{ "training": { "learningRate": 1e400 } }', /learningRate = Infinity/],
    ['prototype.json', '{ "data": { "__proto__": { "source": "x" } } }', /__proto__/],
  ])('%s', async (name, text, says) => {
    await expect(load(name, text)).rejects.toThrowError(
      expect.objectContaining({ code: 'BENCH_CONFIG', message: expect.stringMatching(says) }),
    );
  });

  test('an unknown key is refused with the known ones', () => {
    const wrong = { training: { stepz: 1 } };
    expect(() => parseExperiment(wrong)).toThrowError(
      /unknown option stepz; expected steps, batch/,
    );
  });
});
