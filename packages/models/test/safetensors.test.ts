import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, describe, expect, test } from 'vitest';

import { openSafetensors } from '../src/run/checkpoint/safetensors-read.js';
import type { WritableTensor } from '../src/run/checkpoint/safetensors-write.js';
import { writeSafetensors } from '../src/run/checkpoint/safetensors-write.js';
import { askPython, pythonLacks } from './python.js';

const folder = mkdtempSync(join(tmpdir(), 'moekit-safetensors-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const tensor = (shape: readonly number[], values: Float32Array | Int32Array): WritableTensor => ({
  dtype: values instanceof Int32Array ? 'I32' : 'F32',
  shape,
  read: () => Promise.resolve(values),
});

const odd = Float32Array.of(-0, 1e-45, 3.4028235e38, 0.1, -2.5, 1 / 3);
const tensors = new Map([
  ['layers.1.weight', tensor([2, 3], odd)],
  ['empty', tensor([0, 4], new Float32Array(0))],
  ['scalar ü', tensor([], Float32Array.of(7))],
  ['counts', tensor([3], Int32Array.of(-1, 0, 2 ** 31 - 1))],
]);

test('tensors are read back bit for bit, each by itself', async () => {
  const path = join(folder, 'round.safetensors');
  await writeSafetensors(path, tensors);
  const file = await openSafetensors(path);
  expect(new Set(file.entries.keys())).toEqual(new Set(tensors.keys()));
  for (const [name, { shape, read }] of tensors) {
    expect(file.entries.get(name)!.shape).toEqual(shape);
    expect(await file.read(name)).toEqual(await read());
  }
  await file.close();
});

test('a file that is there is not overwritten', async () => {
  const path = join(folder, 'there.safetensors');
  writeFileSync(path, 'mine');
  await expect(writeSafetensors(path, tensors)).rejects.toMatchObject({ code: 'EEXIST' });
});

const lacking = pythonLacks('safetensors.numpy');
describe.skipIf(lacking)(`Python's safetensors ${lacking ?? ''}`, () => {
  test('reads what moekit writes', async () => {
    const path = join(folder, 'ours.safetensors');
    await writeSafetensors(path, tensors);
    const read = askPython(
      `import sys, json; from safetensors.numpy import load_file
d = load_file(sys.argv[1]); print(json.dumps({k: [str(v.dtype), v.shape, v.tobytes().hex()] for k, v in d.items()}))`,
      path,
    );
    const hex = (values: Float32Array | Int32Array) => Buffer.from(values.buffer).toString('hex');
    expect(read).toEqual({
      'layers.1.weight': ['float32', [2, 3], hex(odd)],
      empty: ['float32', [0, 4], ''],
      'scalar ü': ['float32', [], hex(Float32Array.of(7))],
      counts: ['int32', [3], hex(Int32Array.of(-1, 0, 2 ** 31 - 1))],
    });
  });

  test('writes what moekit reads', async () => {
    const path = join(folder, 'theirs.safetensors');
    askPython(
      `import sys, numpy as np; from safetensors.numpy import save_file
save_file({"b": np.arange(6, dtype=np.float32).reshape(2, 3), "a": np.array([5], dtype=np.int32)}, sys.argv[1], metadata={"made": "by: python"}); print("null")`,
      path,
    );
    const file = await openSafetensors(path);
    expect(await file.read('b')).toEqual(Float32Array.of(0, 1, 2, 3, 4, 5));
    expect(await file.read('a')).toEqual(Int32Array.of(5));
    expect(file.entries.get('b')!.shape).toEqual([2, 3]);
    await file.close();
  });
});
