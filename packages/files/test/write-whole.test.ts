import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { writeWhole } from '../src/write-whole.js';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'moekit-whole-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('of several writers at once one has written all of it, and nothing else stays', async () => {
  const texts = Array.from({ length: 8 }, (_, i) => String(i).repeat(100_000 * (i + 1)));
  const path = join(folder, 'results.json');
  await Promise.all(texts.map((text) => writeWhole(path, text)));
  expect(texts).toContain(readFileSync(path, 'utf8'));
  expect(readdirSync(folder)).toEqual(['results.json']);
});

test('a failed write leaves the old file', async () => {
  mkdirSync(join(folder, 'taken'));
  writeFileSync(join(folder, 'taken', 'inside'), 'x');
  await expect(writeWhole(join(folder, 'taken'), 'text')).rejects.toMatchObject({
    syscall: 'rename',
  });
  await expect(writeWhole(join(folder, 'none', 'file'), 'text')).rejects.toThrow('ENOENT');
  expect(readdirSync(folder)).toEqual(['taken']);
});
