import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { describe, expect, it, vi } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Every ts block of the README at the top and of the packages' READMEs runs as a program of its own. */
const pages = [
  'README.md',
  ...readdirSync(join(root, 'packages')).map((name) => `packages/${name}/README.md`),
].filter((page) => existsSync(join(root, page)));

const blocks = pages.flatMap((page) => {
  const text = readFileSync(join(root, page), 'utf8');
  return [...text.matchAll(/```ts\n([\s\S]*?)```/g)].map((match, i) => ({
    page,
    i,
    code: match[1]!,
  }));
});

describe('code in READMEs runs', () => {
  it.each(pages.filter((page) => page.startsWith('packages/')))('%s has some', (page) => {
    expect(blocks.some((block) => block.page === page)).toBe(true);
  });

  it.each(blocks)('$page, block $i', async ({ page, i, code }) => {
    // beside the page's package, so that imports resolve as they do for its users
    const folder = join(root, page === 'README.md' ? 'docs' : dirname(page), 'test/.tmp-snippets');
    const file = join(folder, `snippet-${i}-${process.pid}.mts`);
    const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
    mkdirSync(folder, { recursive: true });
    try {
      writeFileSync(file, code);
      await tf.setBackend('wasm');
      await expect(import(/* @vite-ignore */ pathToFileURL(file).href)).resolves.toBeDefined();
    } finally {
      log.mockRestore();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
