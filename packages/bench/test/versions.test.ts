import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { hashCode } from '../src/versions/describe-clone.js';
import { readVersions } from '../src/index.js';

test('a clone is identified by its code, as its versions are all 0.0.0', () => {
  const versions = readVersions();
  expect(versions).toMatchObject({ '@moekit/router-topk': '0.0.0', moekit: '0.0.0' });
  expect(versions['code']).toMatch(/^[0-9a-f]{64}$/);
  if (versions['commit'] !== undefined) expect(versions['commit']).toMatch(/^[0-9a-f]{40}$/);
});

test('code that changed has another hash; documents and declarations have none', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'moekit-'));
  const write = (name: string, text: string) => writeFile(join(folder, name), text);
  try {
    await write('a.js', '1');
    const before = hashCode([folder]);
    await write('a.d.ts', 'export {}');
    await write('a.js.map', '{}');
    expect(hashCode([folder])).toBe(before);
    await write('a.js', '2');
    const after = hashCode([folder]);
    expect(after).not.toBe(before);
    await write('b.wasm', '1');
    expect(hashCode([folder])).not.toBe(after);
  } finally {
    await rm(folder, { recursive: true });
  }
});
