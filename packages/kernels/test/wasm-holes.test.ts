import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, it } from 'vitest';

import { registerKernels } from '../src/index.js';
import { generator } from './oracle.js';

beforeAll(async () => {
  await tf.setBackend('wasm');
  expect(tf.getBackend()).toBe('wasm');
  registerKernels();
});

const random = generator(3);
const fill = (shape: number[]) =>
  tf.tensor(
    Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => random() - 0.5),
    shape,
  );

/** Repeats matrices to a full batch: tfjs-cpu itself is wrong where both sides broadcast. */
const tiled = (x: tf.Tensor, batch: number[]) => {
  const own = [...Array(batch.length + 2 - x.rank).fill(1), ...x.shape];
  return tf.tile(
    x.reshape(own),
    own.map((n, axis) => (axis < batch.length && n === 1 ? batch[axis]! : 1)),
  );
};

/** Kernels that tfjs-wasm lacks or computes slowly, against tfjs's cpu backend. */
describe('tfjs-wasm with its holes filled', () => {
  const shapes: [string, number[], number[], boolean, boolean][] = [
    ['plain', [3, 4], [4, 5], false, false],
    ['left transposed', [4, 3], [4, 5], true, false],
    ['right transposed', [3, 4], [5, 4], false, true],
    ['both transposed', [4, 3], [5, 4], true, true],
    ['batch', [2, 3, 4], [2, 4, 5], false, false],
    ['batch, both transposed', [6, 4, 3], [6, 5, 4], true, true],
    ['two batch axes', [2, 3, 7, 4], [2, 3, 4, 5], false, false],
    ['one right side for the batch', [6, 3, 4], [4, 5], false, false],
    ['one transposed right side for the batch', [6, 3, 4], [5, 4], false, true],
    ['one left side for the batch', [3, 4], [6, 4, 5], false, false],
    ['batches broadcast both ways', [2, 1, 3, 4], [1, 5, 4, 2], false, false],
    ['larger than a block', [2, 70, 65], [2, 33, 65], false, true],
    ['a column', [1, 9], [9, 1], false, false],
    ['nothing', [0, 4], [4, 5], false, false],
  ];
  it.each(shapes)('matMul: %s', async (_name, a, b, transposeA, transposeB) => {
    const [left, right] = [fill(a), fill(b)];
    const got = tf.matMul(left, right, transposeA, transposeB);
    const [values, shape] = [await got.data(), got.shape];
    await tf.setBackend('cpu');
    const batch = shape.slice(0, -2);
    const want = tf.matMul(tiled(left, batch), tiled(right, batch), transposeA, transposeB);
    expect(shape).toEqual(want.shape);
    const expected = await want.data();
    values.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 5));
    await tf.setBackend('wasm');
  });

  it('matMul sees weights that were assigned in place', () => {
    const w = tf.variable(
      tf.tensor2d([
        [1, 0],
        [0, 1],
      ]),
    );
    const x = tf.tensor2d([[2, 3]]);
    expect(tf.matMul(x, w).arraySync()).toEqual([[2, 3]]);
    w.assign(
      tf.tensor2d([
        [0, 1],
        [1, 0],
      ]),
    );
    expect(tf.matMul(x, w).arraySync()).toEqual([[3, 2]]);
  });

  it('matMul of unequal inner sizes names the shapes', () => {
    expect(() => tf.matMul(fill([2, 3]), fill([4, 5]))).toThrow(/inner/i);
  });

  it('gather has a gradient, and repeated rows add up', () => {
    const table = tf.tensor2d([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    const ids = tf.tensor1d([2, 0, 2], 'int32');
    const dy = tf.tensor2d([
      [1, 10],
      [100, 1000],
      [2, 20],
    ]);
    const gradient = tf.grad((t) => tf.gather(t, ids).mul(dy).sum())(table);
    expect(gradient.arraySync()).toEqual([
      [100, 1000],
      [0, 0],
      [3, 30],
    ]);
  });
});

describe('columns of matrices on wasm', () => {
  const onCpu = async (compute: () => tf.Tensor[]) => {
    await tf.setBackend('cpu');
    const values = compute().map((t) => ({ shape: t.shape, values: Array.from(t.dataSync()) }));
    await tf.setBackend('wasm');
    return values;
  };
  const onWasm = (compute: () => tf.Tensor[]) =>
    compute().map((t) => ({ shape: t.shape, values: Array.from(t.dataSync()) }));
  const numbers = (rows: number, columns: number) =>
    Array.from({ length: rows * columns }, (_, i) => i - 7);

  /** Rows, columns; both sides of the width from which a row is copied at once. */
  it.each([
    [5, 3],
    [4, 33],
    [1, 9],
    [7, 8],
    [3, 70],
  ] as const)('of [%i,%i] are those of cpu', async (rows, columns) => {
    for (const dtype of ['float32', 'int32'] as const) {
      const x = () => tf.tensor2d(numbers(rows, columns), [rows, columns], dtype);
      const y = () => tf.tensor2d(numbers(rows, 2), [rows, 2], dtype);
      const compute = () => [
        tf.slice(x(), [0, 1], [rows, columns - 1]),
        tf.slice(x(), [rows - 1, 0], [1, columns]),
        tf.slice(x(), [0, columns - 1], [-1, 1]),
        tf.slice(x(), [0, 0], [0, columns]),
        tf.concat([x(), y(), x()], 1),
        tf.concat([y()], -1),
        tf.concat([x(), x()], 0),
        ...tf.split(x(), [1, columns - 1], 1),
        ...tf.split(tf.concat([x(), x()], 1), 2, -1),
        ...tf.split(tf.concat([x(), x()], 0), 2, 0),
      ];
      expect(onWasm(compute)).toEqual(await onCpu(compute));
    }
  });

  it('other ranks and booleans are left to tfjs', async () => {
    const compute = () => [
      tf.slice(tf.range(0, 24).reshape([2, 3, 4]), [0, 1, 1], [2, 2, 3]),
      tf.concat([tf.range(0, 4), tf.range(0, 2)]),
      tf.slice(tf.tensor2d([1, 0, 1, 1], [2, 2], 'bool'), [0, 1], [2, 1]),
      ...tf.split(tf.range(0, 24).reshape([2, 3, 4]), 2, 2),
    ];
    expect(onWasm(compute)).toEqual(await onCpu(compute));
  });

  it('a slice beyond the matrix is refused', () => {
    expect(() => tf.slice(tf.zeros([2, 3]), [0, 2], [2, 2])).toThrow();
  });
});
