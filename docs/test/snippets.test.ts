import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'; // prettier-ignore
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { findBackends } from '@moekit/backends';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Pages whose blocks are files that import each other; packages/core/test/contract/guide.test.ts runs them. */
const GUIDES = ['docs/writing-a-router.md', 'docs/router-reference.md'];

/** Every ts block of the READMEs and of the documentation runs as a program of its own. */
const pages = [
  'README.md',
  ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`),
  ...['packages', 'apps'].flatMap((group) =>
    readdirSync(join(root, group)).map((name) => `${group}/${name}/README.md`),
  ),
].filter((page) => page.endsWith('.md') && !GUIDES.includes(page) && existsSync(join(root, page)));

const blocks = pages.flatMap((page) => {
  const text = readFileSync(join(root, page), 'utf8');
  return [...text.matchAll(/```ts\n([\s\S]*?)```/g)].map((match, i) => ({
    page,
    i,
    code: match[1]!,
  }));
});

/** The error of a block that starts TensorFlow on a machine without it. */
const MISSING = { code: 'BACKEND_MISSING' };
const hasTensorflow = findBackends().some(({ name, usable }) => name === 'tensorflow' && usable);

/** A browser's, as far as blocks for pages use it. */
const requestAdapter = () => Promise.resolve(null);

describe('code in READMEs and documentation runs', () => {
  const [before, elsewhere] = [process.cwd(), mkdtempSync(join(tmpdir(), 'moekit-snippets-'))];
  beforeAll(() => process.chdir(elsewhere)); // for blocks that write files
  afterAll(() => {
    process.chdir(before);
    rmSync(elsewhere, { recursive: true, force: true });
  });

  it.each(pages.filter((page) => page.startsWith('packages/')))('%s has some', (page) => {
    expect(blocks.some((block) => block.page === page)).toBe(true);
  });

  it.each(blocks)('$page, block $i', async ({ page, i, code }) => {
    // inside the page's package, so that imports resolve as they do for its users
    const folder = join(root, page === 'README.md' ? 'docs' : dirname(page), 'test/.tmp-snippets');
    const name = page.replaceAll(/\W+/g, '-'); // a module that has the name of an earlier one would not run
    const file = join(folder, `${name}-${i}-${process.pid}.mts`);
    const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
    mkdirSync(folder, { recursive: true });
    if (code.includes('navigator.gpu')) vi.stubGlobal('navigator', { gpu: { requestAdapter } });
    try {
      writeFileSync(file, code);
      await tf.setBackend('wasm');
      const run = import(/* @vite-ignore */ pathToFileURL(file).href);
      if (code.includes("startBackend('tensorflow')") && !hasTensorflow)
        await expect(run).rejects.toMatchObject(MISSING);
      else await expect(run).resolves.toBeDefined();
    } finally {
      log.mockRestore();
      vi.unstubAllGlobals();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
