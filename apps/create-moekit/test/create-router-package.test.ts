import { chmod, mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { createErrors } from 'create-moekit';
import { createRouterPackage } from 'create-moekit';
import { describe, expect, it, vi } from 'vitest';

import { runCreate } from '../src/run-create.js';
import { emptyFolders } from './folders.js';

const emptyFolder = emptyFolders();
const codeOf = (code: keyof typeof createErrors) => expect.objectContaining({ code });

async function readPackage(cwd: string, folder: string) {
  const read = (file: string) => readFile(join(cwd, folder, file), 'utf8');
  return { read, manifest: JSON.parse(await read('package.json')) as Record<string, never> };
}

describe('a new router package', () => {
  it('has every part of a package that can be published', async () => {
    const cwd = await emptyFolder();
    const { files, folder } = await createRouterPackage('demo', cwd);
    expect(folder).toBe('demo');
    expect(files).toEqual(
      expect.arrayContaining(['.gitignore', '.github/workflows/publish.yml', 'LICENSE', 'README.md', 'examples/train.mjs', 'package.json', 'src/index.ts', 'src/router.ts', 'test/router.test.ts', 'tsconfig.json']), // prettier-ignore
    );
    const found = await readdir(join(cwd, 'demo'), { recursive: true, withFileTypes: true });
    expect(found.filter((entry) => entry.isFile())).toHaveLength(files.length);
  });

  it('carries its name and the version of moekit, and nothing of the template', async () => {
    const cwd = await emptyFolder();
    const { files } = await createRouterPackage('demo', cwd);
    const { read, manifest } = await readPackage(cwd, 'demo');
    const own = await readFile(new URL('../package.json', import.meta.url), 'utf8');
    const { version } = JSON.parse(own) as { version: string };
    expect(manifest['name']).toBe('demo');
    expect(manifest['devDependencies']).toMatchObject({ moekit: `^${version}` });
    expect(manifest['peerDependencies']).toMatchObject({ '@moekit/core': `^${version}` });
    const texts = await Promise.all(files.map(read));
    expect(texts.filter((text) => /my-router|"0\.0\.0"/.test(text))).toEqual([]);
  });

  it('with a scope gets a folder and a router named without the scope', async () => {
    const cwd = await emptyFolder();
    expect((await createRouterPackage('@me/demo', cwd)).folder).toBe('demo');
    const { read, manifest } = await readPackage(cwd, 'demo');
    expect(manifest['name']).toBe('@me/demo');
    expect(await read('src/index.ts')).toContain("name: 'demo'");
    expect(await read('README.md')).toContain("from '@me/demo'");
  });

  it('may go into an empty folder', async () => {
    const cwd = await emptyFolder();
    await mkdir(join(cwd, 'demo'));
    await createRouterPackage('demo', cwd);
    expect(await readdir(join(cwd, 'demo'))).toContain('package.json');
  });
});

describe('a failure to create is an error that leaves nothing behind', () => {
  it.each(['Demo', '.hidden', 'two words', 'http', '', '../up', '@me/'])(
    'name %j',
    async (name) => {
      const cwd = await emptyFolder();
      await expect(createRouterPackage(name, cwd)).rejects.toEqual(codeOf('CREATE_NAME'));
      expect(await readdir(cwd)).toEqual([]);
    },
  );

  it('a folder that is not empty stays as it is', async () => {
    const cwd = await emptyFolder();
    await mkdir(join(cwd, 'demo'));
    await writeFile(join(cwd, 'demo', 'mine.txt'), 'mine');
    const created = createRouterPackage('demo', cwd);
    await expect(created).rejects.toThrow(/must be new or empty, got one that contains mine\.txt/);
    await expect(created).rejects.toEqual(codeOf('CREATE_FOLDER'));
    expect(await readdir(cwd, { recursive: true })).toEqual(['demo', 'demo/mine.txt']);
  });

  it('a file of that name stays as it is', async () => {
    const cwd = await emptyFolder();
    await writeFile(join(cwd, 'demo'), 'mine');
    await expect(createRouterPackage('demo', cwd)).rejects.toEqual(codeOf('CREATE_FOLDER'));
    expect(await readFile(join(cwd, 'demo'), 'utf8')).toBe('mine');
  });

  it('a folder that does not exist cannot take a package', async () => {
    const cwd = join(await emptyFolder(), 'missing');
    await expect(createRouterPackage('demo', cwd)).rejects.toEqual(codeOf('CREATE_WRITE'));
  });

  it.skipIf(process.getuid?.() === 0)('a folder without write permission', async () => {
    const cwd = await emptyFolder();
    await chmod(cwd, 0o500);
    await expect(createRouterPackage('demo', cwd)).rejects.toEqual(codeOf('CREATE_WRITE'));
    await chmod(cwd, 0o700);
    expect(await readdir(cwd)).toEqual([]);
  });
});

describe('npm create moekit', () => {
  it('prints what to type next', async () => {
    const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    const code = await runCreate(['demo'], await emptyFolder());
    const text = write.mock.calls.map(([line]) => line).join('');
    write.mockRestore();
    expect([code, text.split('\n')[0]]).toEqual([0, 'demo: 12 files in demo/']);
    expect(text).toContain('  cd demo\n  npm i\n  npm test\n  npx moekit bench --router .\n');
  });

  it.each([
    [[], 'CREATE_USAGE'],
    [['a', 'b'], 'CREATE_USAGE'],
    [['--help'], 'CREATE_USAGE'],
    [['A'], 'CREATE_NAME'],
  ])('with %j gives exit code 2 and one line', async (args, code) => {
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const exit = await runCreate(args, await emptyFolder());
    const lines = write.mock.calls.map(([line]) => line);
    write.mockRestore();
    expect([exit, lines]).toEqual([2, [expect.stringMatching(`^error ${code}: [^\\n]+\\n$`)]]);
  });
});
