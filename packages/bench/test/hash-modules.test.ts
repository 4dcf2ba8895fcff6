import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { hashModules } from '../src/plugins/hash-modules.js';

let folder = '';
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'moekit-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

const write = async (files: Readonly<Record<string, string>>, base = folder) => {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(base, name)), { recursive: true });
    await writeFile(join(base, name), text);
  }
};
const hash = (entry = 'router.ts') => hashModules(join(folder, entry));

describe('hashModules', () => {
  test.each<readonly [string, string, string, string]>([
    ['the file itself', 'export default 1;', 'router.ts', 'export default 2;'],
    [
      '.js that means .ts',
      "export * from './scale.js';",
      'scale.ts',
      'export const a: number = 2;',
    ],
    ['a name without an ending', "import { a } from './scale'; export { a };", 'scale.ts', ''],
    ['a folder with an index', "export * from './parts';", 'parts/index.ts', 'export const b = 2;'],
    ['JSON', "import t from './t.json' with { type: 'json' }; export { t };", 't.json', '{"a":2}'],
    ['require', "const t = require('./old.cjs'); module.exports = t;", 'old.cjs', 'exports.a = 2;'],
    ['import =', "import t = require('./old.cjs'); export { t };", 'old.cjs', 'exports.a = 2;'],
    [
      'a dynamic import',
      "export const l = () => import('./late.mjs');",
      'late.mjs',
      'export {}; 2',
    ],
    ['a computed import', 'export const l = (n) => import(`./kinds/${n}.ts`);', 'kinds/b.ts', '2;'],
    ['a file by its URL', "new URL('./w.bin', import.meta.url);", 'w.bin', '2'],
    ['a subpath import', "export * from '#inner';", 'inner/deep.ts', 'export const c = 2;'],
    ['a package', "export * from 'acme';", 'node_modules/acme/lib/other.js', 'exports.b = 2;'],
    [
      "a package's package",
      "export * from 'acme';",
      'node_modules/base/index.js',
      'exports.b = 3;',
    ],
    ['a package without a main export', "export * from 'acme';", 'node_modules/parts/x.js', '2;'],
    ['a path of tsconfig.json', "export * from '@lib/h';", 'lib/h.ts', 'export const h = 2;'],
    ['from its baseUrl', "export * from 'lib/h';", 'lib/h.ts', 'export const h = 2;'],
    ['by another require', "createRequire(import.meta.url)('./t.json');", 't.json', '{"a":2}'],
    ['a constant name', "const n = './late.mjs'; export const l = import(n);", 'late.mjs', '2'],
    ['a file that is read', "readFileSync(join(here, 'inner', 't.txt'));", 'inner/t.txt', '2'],
    ['beside __dirname', "exports.t = read(__dirname + '/inner/t.txt');", 'inner/t.txt', '2'],
    ['a joined name', "export const l = (n) => import('./kinds/' + n);", 'kinds/deep/c.ts', '2;'],
    [
      'after a byte order mark',
      "\uFEFF#!/usr/bin/env node\nexport * from './scale.js';",
      'scale.ts',
      '',
    ],
    ['what is imported by what does not parse', "export * from './scale.js'; {{", 'scale.ts', ''],
    ['through a cycle', "export * from './cycle-a.js';", 'cycle-b.ts', "import './cycle-a.js'; 2;"],
  ])('%s counts', async (_, source, changed, text) => {
    const dependencies = { base: '1', parts: '1' };
    const acme = { name: 'acme', version: '1.0.0', main: 'index.js', dependencies };
    await write({
      'package.json': '{"imports": {"#inner": "./inner/deep.ts"}}',
      'scale.ts': 'export const a = 1;',
      'parts/index.ts': 'export const b = 1;',
      't.json': '{"a":1}',
      'old.cjs': 'exports.a = 1;',
      'late.mjs': 'export {}; 1',
      'kinds/b.ts': '1;',
      'kinds/deep/c.ts': '1;',
      'inner/t.txt': '1',
      'lib/h.ts': 'export const h = 1;',
      'tsconfig.json': '{"compilerOptions": {"baseUrl": ".", "paths": {"@lib/*": ["./lib/*"]}}}',
      'node_modules/parts/package.json': '{"name":"parts","exports":{"./x":"./x.js"}}',
      'node_modules/parts/x.js': '1;',
      'w.bin': '1',
      'inner/deep.ts': 'export const c = 1;',
      'node_modules/acme/package.json': JSON.stringify(acme),
      'node_modules/acme/index.js': "exports.a = require('./lib/other');",
      'node_modules/acme/lib/other.js': 'exports.b = 1;',
      'node_modules/base/package.json': '{"name":"base","version":"1.0.0"}',
      'node_modules/base/index.js': 'exports.b = 1;',
      'cycle-a.ts': "import './cycle-b.js';",
      'cycle-b.ts': "import './cycle-a.js';",
      'router.ts': source,
    });
    const before = hash();
    await write({ 'unrelated.ts': 'export const z = 1;' });
    expect(hash()).toBe(before);
    await write({ [changed]: text });
    expect(hash()).not.toBe(before);
  });

  test('imports of a file with an ending in capitals count', async () => {
    await write({ 'Router.TS': "export * from './scale.js';", 'scale.ts': '1;' });
    const before = hash('Router.TS');
    await write({ 'scale.ts': '2;' });
    expect(hash('Router.TS')).not.toBe(before);
  });

  test('another version of a package counts, though its code is the same', async () => {
    const files = (version: string) => ({
      'router.ts': "export * from 'acme';",
      'node_modules/acme/package.json': JSON.stringify({ name: 'acme', version }),
      'node_modules/acme/index.js': 'exports.a = 1;',
    });
    await write(files('1.0.0'));
    const before = hash();
    await write(files('1.0.1'));
    expect(hash()).not.toBe(before);
  });

  test('imports of a linked file count', async () => {
    await write({ 'real/router.ts': "export * from './scale.js';", 'real/scale.ts': '1;' });
    await symlink(join(folder, 'real/router.ts'), join(folder, 'link.ts'));
    const before = hash('link.ts');
    await write({ 'real/scale.ts': '2;' });
    expect(hash('link.ts')).not.toBe(before);
  });

  test('a folder that was moved has the hash that it had', async () => {
    await write({ 'a/router.ts': "export * from './parts/scale.js';", 'a/parts/scale.ts': '1;' });
    await cp(join(folder, 'a'), join(folder, 'elsewhere/b'), { recursive: true });
    expect(hash('elsewhere/b/router.ts')).toBe(hash('a/router.ts'));
  });

  test('types, and a file that does not parse, do not fail', async () => {
    await write({ 'router.ts': "import type { T } from './none.js'; export default {} as T;" });
    expect(hash()).toMatch(/^[0-9a-f]{64}$/);
    await write({ 'router.ts': 'export default {{{' });
    expect(hash()).toMatch(/^[0-9a-f]{64}$/);
  });
});
