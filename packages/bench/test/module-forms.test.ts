import { cp, mkdir, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

import { registryOf } from '../src/index.js';
import { loadPlugin } from '../src/plugins/load-plugin.js';

/** A plug-in as text. */
const plugin = (name: string) =>
  `{ name: ${name}, apiVersion: 1, options: { '~standard': { validate: (value) => ({ value }) } }, create() {} }`;

const FILES: Readonly<Record<string, string>> = {
  'esm.mjs': `export default ${plugin('"esm"')};`,
  'cjs.cjs': `module.exports = ${plugin('"cjs"')};`,
  'cjs-default.cjs': `require('@moekit/core'); exports.default = ${plugin('"cjs"')};`,
  'compiled.cjs': `exports.__esModule = true; exports.default = exports.named = ${plugin('"cjs"')};`,
  'default-of-default.mjs': 'import x from "./compiled.cjs"; export default x;',
  'm.mts': `const name: string = 'mts'; export default ${plugin('name')};`,
  'c.cts': `const name: string = 'cts'; module.exports = ${plugin('name')};`,
  'equals.cts': `const name: string = 'cts'; const p = ${plugin('name')}; export = p;`,
  'js-specifier.ts': 'import { name } from "./name.js"; export default ' + plugin('name'),
  'name.ts': 'export const name: string = "helped";',
  'by-name.ts': `import { name } from './names.cjs'; export default ${plugin('name')};`,
  'names.cjs': `module.exports = { name: 'common name' };`,
  'json.ts': `import data from './data.json' with { type: 'json' }; export default ${plugin('data.name')};`,
  'data.json': '{ "name": "json" }',
  'waits.ts': `const name = await Promise.resolve('waited'); export default ${plugin('name')};`,
  'CAPITALS.TS': `const name: string = 'capitals'; export default ${plugin('name')};`,
  'marked.ts': `\uFEFFexport default ${plugin('"marked"')};`,
  'imports/package.json': '{ "name": "x", "type": "module", "imports": { "#name": "./name.ts" } }',
  'imports/name.ts': 'export const name: string = "imports";',
  'imports/router.ts': `import { name } from '#name'; export default ${plugin('name')};`,
  'paths/tsconfig.json': '{ "compilerOptions": { "paths": { "@lib/*": ["./lib/*"] } } }',
  'paths/lib/name.ts': 'export const name: string = "paths";',
  'paths/router.ts': `import { name } from '@lib/name'; export default ${plugin('name')};`,
  'broken/tsconfig.json': '{ "extends": "./nowhere.json", ',
  'broken/router.ts': `export default ${plugin('"broken"')};`,
  'folder/index.ts': `import { name } from '../name.js'; export default ${plugin('name')};`,
  'linked/package.json': '{ "name": "linked", "type": "module", "exports": "./src/entry.ts" }',
  'linked/src/entry.ts': `const name: string = 'linked'; export default ${plugin('name')};`,
  'node_modules/mapped/package.json':
    '{ "name": "mapped", "type": "module", "exports": { ".": { "import": "./a.js" }, "./b": "./b.js" } }',
  'node_modules/mapped/a.js': `import '@moekit/core'; export default ${plugin('"a"')};`,
  'node_modules/mapped/b.js': `export default ${plugin('"b"')};`,
  'node_modules/common/package.json': '{ "name": "common", "main": "./main.js" }',
  'node_modules/common/main.js': `require('@tensorflow/tfjs-core'); module.exports = ${plugin('"common"')};`,
  'subpath.ts': `import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops';
    import { Tensor } from '@tensorflow/tfjs-core';
    export default ${plugin("'softmax' in Tensor.prototype ? 'chained' : 'other Tensor'")};`,
};

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'moekit-forms-'));
  for (const [name, text] of Object.entries(FILES)) {
    await mkdir(join(folder, dirname(name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  await symlink('../linked', join(folder, 'node_modules/linked'));
  vi.spyOn(process, 'cwd').mockReturnValue(folder);
});
afterAll(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true, force: true });
});

const none = registryOf([]);

describe('a plug-in loads in every form that people write', () => {
  test.each([
    ['./esm.mjs', 'esm'],
    ['./cjs.cjs', 'cjs'],
    ['./cjs-default.cjs', 'cjs'],
    ['./compiled.cjs', 'cjs'],
    ['./compiled.cjs#named', 'cjs'],
    ['./default-of-default.mjs', 'cjs'],
    ['./m.mts', 'mts'],
    ['./c.cts', 'cts'],
    ['./equals.cts', 'cts'],
    ['./js-specifier.ts', 'helped'],
    ['./by-name.ts', 'common name'],
    ['./json.ts', 'json'],
    ['./waits.ts', 'waited'],
    ['./CAPITALS.TS', 'capitals'],
    ['./marked.ts', 'marked'],
    ['./imports/router.ts', 'imports'],
    ['./paths/router.ts', 'paths'],
    ['./broken/router.ts', 'broken'],
    ['./folder', 'helped'],
    ['./linked', 'linked'],
    ['linked', 'linked'],
    ['mapped', 'a'],
    ['mapped/b', 'b'],
    ['common', 'common'],
    ['./subpath.ts', 'chained'],
  ])('%s', async (router, name) => expect(await loadPlugin(router, none)).toMatchObject({ name }));

  test.each(['/dev/zero', 'fs', 'node:fs', 'data:text/javascript,1', '__proto__', 'constructor'])(
    'and %s is not a plug-in',
    (router) =>
      expect(loadPlugin(router, none)).rejects.toThrowError(
        expect.objectContaining({
          code: expect.stringMatching(/BENCH_(PLUGIN_FILE|ROUTER_UNKNOWN)/),
        }),
      ),
  );
});

test('compiled code is kept nowhere, as others could replace it', async () => {
  const shared = join(folder, 'tmp');
  await mkdir(shared);
  vi.stubEnv('TMPDIR', shared);
  await cp(join(folder, 'm.mts'), join(folder, 'fresh.mts'));
  expect(await loadPlugin('./fresh.mts', none)).toMatchObject({ name: 'mts' });
  vi.unstubAllEnvs();
  await expect(stat(join(shared, 'jiti'))).rejects.toThrowError(/ENOENT/);
  await expect(stat(join(folder, 'node_modules/.cache'))).rejects.toThrowError(/ENOENT/);
});
