import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { setBackend } from '@tensorflow/tfjs';
import { expect, it, vi } from 'vitest';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

it('the code in the README runs and prints what it says', async () => {
  const code = /```ts\n([\s\S]*?)```/.exec(readFileSync(here('../README.md'), 'utf8'))?.[1];
  const file = here(`.tmp/readme-${process.pid}.mts`);
  await setBackend('cpu');
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  mkdirSync(here('.tmp'), { recursive: true });
  try {
    writeFileSync(file, code!);
    await import(/* @vite-ignore */ pathToFileURL(file).href);
    const printed = log.mock.calls.map(([loss]) => loss as number);
    expect(printed).toHaveLength(5);
    expect(printed.every(Number.isFinite)).toBe(true);
    expect(printed[4]).toBeLessThan(printed[0]!);
  } finally {
    log.mockRestore();
    rmSync(here('.tmp'), { recursive: true, force: true });
  }
});
