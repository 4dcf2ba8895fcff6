import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { expect, it, vi } from 'vitest';

import { topKRouters } from '../src/index.js';

const here = fileURLToPath(new URL('.', import.meta.url));
const readme = await readFile(`${here}/../README.md`, 'utf8');

it('the code of the README runs and trains', async () => {
  const code = /```ts\n([\s\S]*?)```/.exec(readme)?.[1];
  expect(code).toBeDefined();
  const folder = await mkdtemp(`${here}/.tmp-`);
  const print = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  try {
    await writeFile(`${folder}/readme.mts`, code!);
    await import(/* @vite-ignore */ `${folder}/readme.mts`);
    const losses = print.mock.calls.filter(([step]) => typeof step === 'number').map(([, l]) => l);
    expect(losses).toHaveLength(20);
    expect(losses.at(-1)).toBeLessThan(losses[0]);
  } finally {
    print.mockRestore();
    await rm(folder, { recursive: true });
  }
});

it.each(topKRouters)('the README lists the options of $name with their defaults', (plugin) => {
  const [, row] = new RegExp(`\\| \`${plugin.name}\` +\\| (.*?) +\\|\n`).exec(readme)!;
  const result = plugin.options['~standard'].validate({}) as { value: Record<string, unknown> };
  const written = row!.split(', ').map((option) => option.replace(/[`']/g, ''));
  const factor = (key: string) => plugin.name === 'gumbel-topk' && /apacityFactor/.test(key);
  const defaults = Object.entries(result.value).map(
    ([key, value]) => `${key} ${factor(key) ? 'k' : value}`,
  );
  expect(written.sort()).toEqual(defaults.sort());
});
