import { describe, expect, test } from 'vitest';

import type { Machine } from '../../src/install/machine.js';
import { targetFor } from '../../src/install/target.js';

const linux: Machine = { platform: 'linux', arch: 'x64', glibc: '2.36', macos: null, avx: true };
const cpu = { tensorflow: '2.21.0', gpu: false };
const gpu = { tensorflow: '2.21.0', gpu: true };

describe('targetFor', () => {
  test.each([
    ['Linux x64', linux, cpu, 'tensorflow-cpu', 'manylinux_2_36_x86_64'],
    ['Linux x64 with CUDA', linux, gpu, 'tensorflow', 'manylinux_2_36_x86_64'],
    ['Linux arm64', { ...linux, arch: 'arm64' }, cpu, 'tensorflow', 'manylinux_2_36_aarch64'],
    [
      'macOS arm64',
      { ...linux, platform: 'darwin', arch: 'arm64', glibc: null, macos: 14 },
      cpu,
      'tensorflow',
      'macosx_14_0_arm64',
    ],
  ] as const)('%s takes its own wheel', (_, machine, wanted, wheelPackage, tag) => {
    const target = targetFor(machine, wanted);
    expect(target).toMatchObject({ wheelPackage, tensorflow: '2.21.0' });
    expect(target.platformTags[0]).toBe(tag);
    expect(target.name).toBe(`tensorflow-2.21.0-${wanted.gpu ? 'gpu' : 'cpu'}`);
  });

  test.each(['../../x', '2.21.0/../..', '/tmp/x', '', '2', '2.21.0 --index-url x'])(
    'the version %j is none',
    (tensorflow) => {
      expect(() => targetFor(linux, { tensorflow, gpu: false })).toThrow(
        expect.objectContaining({ code: 'BACKEND_VERSION' }),
      );
    },
  );

  test('wheels for an older glibc will do, for a newer one not', () => {
    const { platformTags } = targetFor({ ...linux, glibc: '2.28' }, cpu);
    expect(platformTags).toContain('manylinux_2_27_x86_64');
    expect(platformTags).toContain('manylinux2014_x86_64');
    expect(platformTags).not.toContain('manylinux_2_29_x86_64');
  });

  test.each([
    ['Windows', { ...linux, platform: 'win32' }, cpu, 'WSL2'],
    ['Alpine', { ...linux, glibc: null }, cpu, 'Debian'],
    ['an old processor', { ...linux, avx: false }, cpu, 'wasm'],
    ['CUDA on arm64', { ...linux, arch: 'arm64' }, gpu, '--gpu'],
    ['CUDA on a Mac', { ...linux, platform: 'darwin', arch: 'arm64', macos: 14 }, gpu, '--gpu'],
    ['an Intel Mac', { ...linux, platform: 'darwin', macos: 14 }, cpu, 'wasm'],
  ] as const)('%s is refused with what to do instead', (_, machine, wanted, fix) => {
    expect(() => targetFor(machine as Machine, wanted)).toThrow(
      expect.objectContaining({
        code: 'BACKEND_PLATFORM',
        message: expect.stringContaining(fix) as string,
      }),
    );
  });
});
