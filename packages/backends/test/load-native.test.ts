import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { loadNative } from '../src/tensorflow/load-native.js';
import type { BackendManifest } from '../src/tensorflow/manifest.js';
import { nativeDigest } from '../src/tensorflow/native-sources.js';

let dir: string;
beforeAll(() => (dir = mkdtempSync(join(tmpdir(), 'moekit-native-'))));
afterAll(() => rmSync(dir, { recursive: true }));

const manifest = (native: BackendManifest['native']) => ({ native }) as BackendManifest;
const current = () => ({ digest: nativeDigest(), error: null });

test.each<[string, () => BackendManifest['native'], object, RegExp, boolean]>([
  ['switched off', current, { MOEKIT_NATIVE: 'off' }, /MOEKIT_NATIVE=off/, false],
  ['a backend installed before there were any', () => null, {}, /older than they are/, true],
  ['a compiler that could not', () => ({ ...current(), error: 'no g++' }), {}, /no g\+\+/, true],
  ['other sources', () => ({ digest: '0', error: null }), {}, /another version/, true],
  ['a folder without the addon', current, {}, /not loaded/, true],
])('%s is not an error, and says what would help', (_name, native, env, reason, rebuild) => {
  const found = loadNative(dir, manifest(native()), env as Record<string, string>);
  expect(found).toMatchObject({ loaded: false, rebuild });
  expect((found as { reason: string }).reason).toMatch(reason);
});
