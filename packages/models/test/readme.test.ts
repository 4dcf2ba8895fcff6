import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { engine, getBackend } from '@tensorflow/tfjs-core';
import { afterAll, expect, test, vi } from 'vitest';

const folder = new URL('./.tmp-readme/', import.meta.url);

afterAll(() => rm(folder, { recursive: true, force: true }));

test('the code of the README runs, trains, and cleans up', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  const [, code] = /```ts\n([\s\S]*?)```/.exec(readme)!;
  await mkdir(folder, { recursive: true });
  await writeFile(new URL('readme.mts', folder), code!);
  const before = engine().state.numTensors; // memory() would need a backend
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  await import(new URL('readme.mts', folder).href);
  const lines = log.mock.calls;
  log.mockRestore();
  expect(getBackend()).toBe('wasm');
  expect(lines.map(([first]) => first).slice(0, 20)).toEqual(
    Array.from({ length: 20 }, (_, i) => i + 1),
  );
  expect(lines[19]![1]).toBeLessThan(lines[0]![1]);
  expect(lines[20]![0]).toBeLessThan(8); // bits per byte of uniform guessing
  expect(engine().state.numTensors).toBe(before);
});
