import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test, vi } from 'vitest';

import { registerKernels } from '../src/index.js';
import { dispatchSuite } from './dispatch-suite.js';
import { selectionSuite } from './selection-suite.js';

/** Needs `moekit backend install tensorflow`; .ci/tensorflow.sh sets the variable. */
const installed = process.env['MOEKIT_TEST_BACKEND_DIR'] !== undefined;

describe.skipIf(!installed)('tensorflow', () => {
  beforeAll(async () => {
    await tf.setBackend('tensorflow');
    expect(tf.getBackend()).toBe('tensorflow');
    registerKernels();
  });

  dispatchSuite();
  selectionSuite();

  test('gather takes rows, batches and gradients as the other backends do, and reads nothing back', () => {
    const x = tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2]);
    const indices = tf.tensor1d([2, 0, 2], 'int32');
    const read = vi.spyOn(tf.backend(), 'readSync');
    const rows = tf.gather(x, indices);
    const gradient = tf.grad((v: tf.Tensor) => tf.sum(tf.gather(v, indices)))(x);
    const batched = tf.gather(x, tf.tensor2d([[1], [0], [1]], [3, 1], 'int32'), 1, 1);
    expect(read).not.toHaveBeenCalled();
    read.mockRestore();
    expect(Array.from(rows.dataSync())).toEqual([5, 6, 1, 2, 5, 6]);
    expect(Array.from(gradient.dataSync())).toEqual([1, 1, 0, 0, 2, 2]);
    expect(Array.from(batched.dataSync())).toEqual([2, 3, 6]);
  });

  test('an index out of range is refused on the CPU', () => {
    if ((tf.backend() as unknown as { isUsingGpuDevice: boolean }).isUsingGpuDevice) return;
    expect(() => tf.gather(tf.tensor1d([1, 2]), tf.tensor1d([2], 'int32'))).toThrow(
      /not in \[0, 2\)/,
    );
  });

  test('an int64 result prints nothing and reads back', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const node = tf.backend() as unknown as {
      binding: Record<string, number>;
      executeSingleOutput(name: string, attributes: object[], inputs: tf.Tensor[]): tf.Tensor;
    };
    const int64 = {
      name: 'DstT',
      type: node.binding['TF_ATTR_TYPE'],
      value: node.binding['TF_INT64'],
    };
    const cast = node.executeSingleOutput('Cast', [int64], [tf.tensor1d([1, -2])]);
    expect(Array.from(cast.dataSync() as unknown as BigInt64Array)).toEqual([1n, -2n]);
    expect(warn).not.toHaveBeenCalled();
    warn.mockRestore();
  });
});
