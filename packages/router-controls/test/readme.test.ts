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
    const rows = log.mock.calls[0]![0] as number[][];
    expect(rows[2]).toEqual(rows[0]);
    expect(rows.map((row) => row.reduce((sum, entry) => sum + entry, 0))).toEqual([2, 2, 2, 2]);
  } finally {
    log.mockRestore();
    rmSync(here('.tmp'), { recursive: true, force: true });
  }
});
