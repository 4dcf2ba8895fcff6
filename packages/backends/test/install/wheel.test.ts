import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { cudaRequirements } from '../../src/install/cuda-requirements.js';
import { cudaVersions } from '../../src/install/cuda-versions.js';
import { runProcess } from '../../src/process/run-process.js';
import { targetFor } from '../../src/install/target.js';
import { unpackWheel } from '../../src/install/unpack-wheel.js';
import { assertWheelFits, parseWheelName } from '../../src/install/wheel-name.js';

const linux = { platform: 'linux', arch: 'x64', glibc: '2.36', macos: null, avx: true } as const;
const target = targetFor(linux, { tensorflow: '2.21.0', gpu: false });
const good = 'tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl';

describe('wheels', () => {
  test('a name is read as pip reads it', () => {
    expect(parseWheelName(`/some/where/${good}`)).toEqual({
      distribution: 'tensorflow-cpu',
      version: '2.21.0',
      platformTags: ['manylinux_2_27_x86_64'],
    });
    const two =
      'nvidia_cudnn_cu12-9.3.0.75-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl';
    expect(parseWheelName(two).platformTags).toHaveLength(2);
  });

  test('one for any Python fits: only its shared libraries are used', () => {
    expect(() => assertWheelFits(good, target)).not.toThrow();
    expect(() => assertWheelFits(good.replaceAll('cp311', 'cp313'), target)).not.toThrow();
  });

  test.each([
    ['another processor', good.replace('x86_64', 'aarch64'), 'aarch64'],
    ['a newer C library', good.replace('2_27', '2_40'), '2_40'],
    ['another version', good.replace('2.21.0', '2.20.0'), '2.20.0'],
    ['the GPU package', good.replace('tensorflow_cpu', 'tensorflow'), 'which is tensorflow'],
    ['no wheel at all', 'tensorflow.tar.gz', 'tensorflow.tar.gz'],
  ])('%s is refused by name', (_, file, got) => {
    expect(() => assertWheelFits(file, target)).toThrow(
      expect.objectContaining({
        code: 'BACKEND_WHEEL',
        message: expect.stringContaining(got) as string,
      }),
    );
  });

  test('the CUDA packages are those that the wheel itself names, and no others', () => {
    const metadata = [
      'Requires-Dist: numpy>=1.26.0',
      'Requires-Dist: nvidia-cublas-cu12<13.0,>=12.5.3.2; extra == "and-cuda"',
      "Requires-Dist: nvidia-cudnn-cu12 (<10.0,>=9.3.0.75) ; extra == 'and-cuda'",
      'Requires-Dist: tensorflow-io-gcs-filesystem>=0.23.1; extra == "gcs-filesystem"',
    ].join('\n');
    expect(cudaRequirements(metadata)).toEqual([
      'nvidia-cublas-cu12<13.0,>=12.5.3.2',
      'nvidia-cudnn-cu12<10.0,>=9.3.0.75',
    ]);
  });

  test('versions of CUDA come from the names of its wheels', () => {
    const cudnn = 'nvidia_cudnn_cu12-9.3.0.75-py3-none-manylinux2014_x86_64.whl';
    expect(cudaVersions([good, cudnn])).toEqual({ 'nvidia-cudnn-cu12': '9.3.0.75' });
  });
});

test('only what is selected is unpacked, where it belongs, and the rest of the path is kept', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'moekit-wheel-'));
  const wheel = join(folder, 'a.whl');
  const names = ['nvidia/x/lib/libx.so.1', 'nvidia/x/lib/libx.a', 'nvidia/x/include/x.h', 'other'];
  const script = `import zipfile, sys
with zipfile.ZipFile(sys.argv[1], "w") as out:
    for name in sys.argv[2:]: out.writestr(name, name)
    out.writestr("x-1.dist-info/METADATA", "Name: x")`;
  const { exitCode } = await runProcess('python3', ['-c', script, wheel, ...names]);
  if (exitCode !== 0) return; // no Python here
  const metadata = await unpackWheel(
    wheel,
    { moves: [['nvidia/', 'cuda/']], without: ['/include/', '.a$'] },
    {
      python: { command: 'python3', version: '3' },
      to: join(folder, 'out'),
      temporary: folder,
      signal: new AbortController().signal,
    },
  );
  expect(metadata).toBe('Name: x');
  expect(readdirSync(join(folder, 'out'), { recursive: true }).sort()).toEqual([
    'cuda',
    'cuda/x',
    'cuda/x/lib',
    'cuda/x/lib/libx.so.1',
  ]);
  rmSync(folder, { recursive: true });
});
