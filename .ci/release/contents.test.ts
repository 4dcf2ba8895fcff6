import { existsSync, readFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import ts from 'typescript';
import { describe, expect, inject, it } from 'vitest';

import { readText } from './pack.js';
import { run } from './run.js';

/** The packages that a file imports, in types too; Node's own are left out. */
const importsOf = (text: string) =>
  ts
    .preProcessFile(text, true, true)
    .importedFiles.map(({ fileName }) => /^(@[^/]+\/)?[^/]+/.exec(fileName)![0])
    .filter((name) => !/^[.#]/.test(name) && !isBuiltin(name));

const root = fileURLToPath(new URL('../../', import.meta.url));
const releasing = readFileSync(join(root, 'docs/releasing.md'), 'utf8');
const packages = inject('packages');
const versions = new Set(packages.map(({ version }) => version));

it('all packages have one new version', () => {
  expect(packages.length).toBeGreaterThan(8);
  expect([...versions]).toEqual([expect.stringMatching(/^(?!0\.0\.0)\d+\.\d+\.\d+$/)]);
});

describe.each(packages)('$name', (packed) => {
  const manifest = async () => JSON.parse(await readText(packed, 'package.json'));
  const texts = packed.files.filter((path) => !/\.(gz|png|wasm)$/.test(path));

  it('carries its licence, README and a changelog of this version', async () => {
    expect(packed.files).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'CHANGELOG.md']));
    expect(await readText(packed, 'CHANGELOG.md')).toContain(`## ${packed.version}`);
    expect(await readText(packed, 'LICENSE')).toContain('Apache License');
  });

  it('says what npm, bundlers and readers need', async () => {
    expect(await manifest()).toMatchObject({
      license: 'Apache-2.0',
      type: 'module',
      sideEffects: false,
      engines: { node: expect.stringContaining('20.19') },
      publishConfig: { access: 'public' },
      description: expect.stringMatching(/.{20}/),
    });
  });

  it('asks for the others at exactly its own version', async () => {
    const { dependencies = {}, devDependencies } = await manifest();
    const names = new Set(packages.map(({ name }) => name));
    const own = Object.entries(dependencies).filter(([name]) => names.has(name));
    expect(own.filter(([, range]) => range !== packed.version)).toEqual([]);
    expect(devDependencies).toBeUndefined();
  });

  it('holds no tests and nothing left over from a build', () => {
    const template = packed.name === 'create-moekit' ? /^template\// : /^$/;
    const others = packed.files.filter((path) => !template.test(path));
    expect(others.filter((path) => /\.test\.|(^|\/)test\/|tsbuildinfo|__/.test(path))).toEqual([]);
    const stale = packed.files.filter((path) => {
      const source = /^dist\/(.+?)(\.d)?\.(js|ts)$/.exec(path)?.[1];
      return source !== undefined && !packed.files.includes(`src/${source}.ts`);
    });
    expect(stale).toEqual([]);
  });

  it('has no source map that points nowhere and no path of the machine that built it', async () => {
    for (const path of texts) {
      const text = await readText(packed, path);
      expect(/^\/\/# sourceMappingURL=(?!data:)(.+)$/m.exec(text)?.[1], path).toBeUndefined();
      expect(text.includes(root), path).toBe(false);
      expect(/(?<![\w.:~$}/])\/(?:home|Users|root|tmp|work)\/\w+/.exec(text)?.[0], path).toBeUndefined(); // prettier-ignore
    }
  });

  it('has every file that its entry points and commands name', async () => {
    const { exports: entries, bin = {} } = await manifest();
    const named = [...Object.values(entries).flatMap((e) => (typeof e === 'string' ? e : Object.values(e as object))), ...Object.values(bin)]; // prettier-ignore
    // of a pattern such as ./schemas/*, the folder
    const places = named.map((path) => (path as string).replace(/\*.*$/, ''));
    expect(places.filter((path) => !existsSync(join(packed.folder, path)))).toEqual([]);
  });

  it('asks for every package that its code and its declarations import', async () => {
    const { dependencies = {}, peerDependencies = {} } = await manifest();
    const wanted = { [packed.name]: '', ...dependencies, ...peerDependencies };
    const code = packed.files.filter((path) => /^(dist|bin)\/.*\.(js|d\.ts)$/.test(path));
    const imported = await Promise.all(code.map(async (path) => importsOf(await readText(packed, path)))); // prettier-ignore
    expect([...new Set(imported.flat())].filter((name) => !(name in wanted))).toEqual([]);
  });

  it('is as large as docs/releasing.md says', async () => {
    const { size } = await stat(packed.file);
    const stated = new RegExp(`\\| \`${packed.name}\` +\\| +([\\d.]+)`).exec(releasing)?.[1];
    const ratio = (Number(stated) * 1000) / size;
    expect(Math.abs(ratio - 1), `${size} bytes, stated ${stated} kB`).toBeLessThan(0.25);
  });

  it('is clean for publint', async () => {
    const { messages, pkg } = await publint({ pkgDir: packed.folder, pack: false });
    // publint would like a repository field: the release workflow sets it from the place it runs in.
    expect(
      messages.filter(({ type }) => type !== 'suggestion').map((m) => formatMessage(m, pkg ?? {})),
    ).toEqual([]);
  });

  it('has types that resolve as its code does, for attw', async () => {
    // esm-only: TypeScript's node16 and bundler resolution are supported. node10 knows no entry points at all, and
    // under CommonJS the packages are ES modules that Node 20.19 and later can require, which attw counts as an error.
    const attw = join(root, 'node_modules/@arethetypeswrong/cli/dist/index.js');
    const flags = ['--profile', 'esm-only', '--no-definitely-typed', '--no-emoji', '--no-color'];
    const ended = await run(process.execPath, [attw, packed.file, ...flags], { cwd: root });
    expect(ended.code, ended.stdout + ended.stderr).toBe(0);
  });
});
