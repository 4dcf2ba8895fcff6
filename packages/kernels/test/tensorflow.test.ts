import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

import {
  combine,
  dispatch,
  dispatchPlan,
  groupedLinear,
  groupedMatMul,
  registerKernels,
  selectTopK,
} from '../src/index.js';
import { hasNativeOperations } from '../src/backends/tensorflow/native.js';
import { tensorflowKernels } from '../src/backends/tensorflow/register.js';
import { dispatchSuite } from './dispatch-suite.js';
import { generator } from './oracle.js';
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

  describe.each(['per-expert', 'batched', 'size-classes'] as const)('products %s', (algorithm) => {
    beforeAll(() => replaceKernels(tensorflowKernels(algorithm)));
    afterAll(() => replaceKernels(tensorflowKernels()));
    dispatchSuite({ numRuns: 50 });
  });

  test('many steps with a varying number of rows keep no value inside TensorFlow', () => {
    const node = tf.backend() as unknown as { getNumOfTFTensors(): number };
    const step = (i: number) => {
      const plan = dispatchPlan(randomMask(40 + (i % 7), 6, 0.1 + (i % 9) / 10, i));
      const [x, w] = [tf.ones([plan.numTokens, 5]), tf.ones<tf.Rank.R3>([6, 5, 3])];
      const [bias, weights] = [tf.ones([6, 3]), tf.ones<tf.Rank.R2>([plan.numTokens, 6])];
      const loss = (x: tf.Tensor, w: tf.Tensor, b: tf.Tensor) => {
        const rows = dispatch(x as tf.Tensor2D, plan);
        const y = groupedLinear(rows, w as tf.Tensor3D, b as tf.Tensor2D, plan);
        return combine(y, weights, plan).sum();
      };
      tf.grads(loss as never)([x, w, bias]);
    };
    const run = (from: number, to: number) => {
      for (let i = from; i < to; i++) tf.tidy(() => step(i));
    };
    run(0, 100); // fills the cache of indices, which holds a fixed number of plans
    const before = node.getNumOfTFTensors();
    run(100, 2000);
    expect(node.getNumOfTFTensors()).toBe(before);
  });

  test('forward and backward upload a plan once', () => {
    const node = tf.backend() as unknown as { binding: { createTensor(...x: unknown[]): number } };
    const { binding } = node;
    const TF_INT64 = 9;
    const plan = dispatchPlan(randomMask(30, 4, 0.5, 1));
    const x = tf.ones<tf.Rank.R2>([30, 3]);
    const uploads = () => {
      const sizes: unknown[] = [];
      const createTensor = (...x: [number[], number, Int32Array]) => {
        if (x[1] === TF_INT64) sizes.push(x[0][0]);
        return binding.createTensor(...x);
      };
      node.binding = Object.create(binding, { createTensor: { value: createTensor } });
      tf.tidy(() => tf.grad((v: tf.Tensor) => dispatch(v as tf.Tensor2D, plan).sum())(x));
      node.binding = binding;
      return sizes;
    };
    const sizes = uploads().filter((size) => size !== 0); // 0: indices that are not given
    const S = plan.numRows;
    expect(sizes).toEqual(native() ? [S, plan.numTokens + 1, S] : [S, S, S]);
    expect(uploads().filter((size) => size !== 0)).toEqual([]);
  });

  test('routing is bitwise what cpu decides, and large products give the same bytes twice', async () => {
    const logits = tf.randomNormal<tf.Rank.R2>([300, 64]);
    const here = await selectTopK(logits, 8).data();
    const values = await logits.data();
    await tf.setBackend('cpu');
    const there = await selectTopK(tf.tensor2d(values as Float32Array, [300, 64]), 8).data();
    await tf.setBackend('tensorflow');
    expect(here).toEqual(there);

    const plan = dispatchPlan(tf.tensor2d(here as Float32Array, [300, 64]));
    const x = tf.randomNormal<tf.Rank.R2>([plan.numRows, 96]);
    const w = tf.randomNormal<tf.Rank.R3>([64, 96, 80]);
    const loss = (a: tf.Tensor, b: tf.Tensor) =>
      groupedMatMul(a as tf.Tensor2D, b as tf.Tensor3D, plan)
        .square()
        .sum();
    const bytes = () =>
      tf
        .grads(loss as never)([x, w])
        .map((t) => Array.from(t.dataSync()));
    expect(bytes()).toEqual(bytes());
  });

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

function native(): boolean {
  return hasNativeOperations(tf.backend());
}

function replaceKernels(kernels: readonly tf.KernelConfig[]): void {
  for (const kernel of kernels) {
    tf.unregisterKernel(kernel.kernelName, kernel.backendName);
    tf.registerKernel(kernel);
  }
}

function randomMask(tokens: number, experts: number, density: number, seed: number): tf.Tensor2D {
  const random = generator(seed);
  const values = Array.from({ length: tokens * experts }, () => (random() < density ? 1 : 0));
  return tf.tensor2d(values, [tokens, experts]);
}
