import type { KernelBackend } from '@tensorflow/tfjs-core';
import { getKernel } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { prepareTensorflow, shimNodeUtil } from '../src/backends/tensorflow/prepare.js';

const INT32 = 3;
const INT64 = 9;

/** The part of tfjs-node's backend that is patched: remembers the dtypes it was asked for. */
function fakeBackend() {
  const asked: number[] = [];
  const entries = new Map<object, { dtype: number }>();
  const backend = Object.create({
    createOutputTensor({ dtype }: { dtype: number }) {
      const dataId = {};
      asked.push(dtype);
      entries.set(dataId, { dtype });
      return { dataId, dtype: 'int32' };
    },
  }) as { createOutputTensor(output: { dtype: number }): { dataId: object } };
  Object.assign(backend, {
    binding: { TF_INT32: INT32, TF_INT64: INT64, TF_ATTR_INT: 1 },
    tensorMap: entries,
  });
  return { backend, asked, entries };
}

const prepare = (backend: unknown) => prepareTensorflow(backend as KernelBackend);

test('the functions that Node 23 removed come back, and mean what they meant', () => {
  const util: Parameters<typeof shimNodeUtil>[0] = {};
  expect(shimNodeUtil(util)).toBe(true);
  expect([null, undefined, 0, ''].map((x) => util!.isNullOrUndefined!(x))).toEqual([
    true,
    true,
    false,
    false,
  ]);
  expect([[], new Float32Array(1)].map((x) => util!.isArray!(x))).toEqual([true, false]);
});

test('a Node that has them keeps its own, and so does a runtime without util', () => {
  const isArray = () => true;
  const util = { isArray, isNullOrUndefined: () => true };
  expect(shimNodeUtil(util)).toBe(false);
  expect(util.isArray).toBe(isArray);
  expect(shimNodeUtil(undefined)).toBe(false);
});

test('an int64 result is asked for as int32, so that nothing is printed, and stays int64 in memory', () => {
  const { backend, asked, entries } = fakeBackend();
  prepare(backend);
  const { dataId } = backend.createOutputTensor({ dtype: INT64 });
  expect(asked).toEqual([INT32]);
  expect(entries.get(dataId)).toEqual({ dtype: INT64 });
});

test('other results pass unchanged', () => {
  const { backend, asked } = fakeBackend();
  prepare(backend);
  backend.createOutputTensor({ dtype: 1 });
  expect(asked).toEqual([1]);
});

test('preparing says what it patches, and a second time patches nothing', () => {
  const { backend } = fakeBackend();
  expect(prepare(backend).map(({ name }) => name)).toEqual(
    expect.arrayContaining(['gather', 'int64']),
  );
  expect(getKernel('GatherV2', 'tensorflow')).toBeDefined();
  expect(prepare(backend)).toEqual([]);
});
