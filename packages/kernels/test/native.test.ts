import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';

import * as kernels from '../src/index.js';
import { registerTrainingKernels } from '../src/nn/index.js';
import { hasNativeOperations } from '../src/backends/tensorflow/native.js';

const { combine, dispatchPlan, groupedLinear, groupedMatMul } = kernels;

/** Needs `moekit backend install tensorflow`; .ci/tensorflow.sh sets the variable. */
const dir = process.env['MOEKIT_TEST_BACKEND_DIR'];
const built = dir !== undefined && existsSync(join(dir, 'native', 'moekit.node'));
const wanted = built && process.env['MOEKIT_NATIVE'] !== 'off';

describe.skipIf(!wanted)("moekit's own operations in TensorFlow", () => {
  beforeAll(async () => {
    await tf.setBackend('tensorflow');
    registerTrainingKernels();
  });

  test('are registered', () => {
    expect(hasNativeOperations(tf.backend())).toBe(true);
  });

  test('give the same bytes whatever the number of threads', { timeout: 120_000 }, () => {
    const script = join(import.meta.dirname, 'native', 'digest.mjs');
    const digest = (threads: number) =>
      execFileSync(process.execPath, [script, dir!], {
        env: { ...process.env, TF_NUM_INTRAOP_THREADS: String(threads), TF_CPP_MIN_LOG_LEVEL: '3' },
        stdio: ['ignore', 'pipe', 'ignore'],
        encoding: 'utf8',
      });
    expect(digest(1)).toMatch(/^[0-9a-f]{64}$/);
    expect(digest(3)).toBe(digest(1));
  });

  test('refuse to read beyond a tensor, and the backend continues to work', () => {
    const { binding } = tf.backend() as unknown as { binding: Binding };
    const x = binding.createTensor([2, 2], binding.TF_FLOAT, new Float32Array(4));
    const w = binding.createTensor([1, 2, 1], binding.TF_FLOAT, new Float32Array(2));
    const none = binding.createTensor([0], binding.TF_FLOAT, new Float32Array(0));
    const int64 = (...values: number[]) =>
      binding.createTensor(
        [values.length],
        binding.TF_INT64,
        Int32Array.from(values.flatMap((v) => [v, v < 0 ? -1 : 0])),
      );
    const plain = [
      { name: 'transposed', type: binding.TF_ATTR_BOOL, value: false },
      { name: 'activation', type: binding.TF_ATTR_INT, value: 0 },
    ];
    const product = (rows: number, offsets: number) =>
      binding.executeOp('MoekitGroupedProduct', plain, [x, w, none, rows, offsets], 1);
    expect(() => product(int64(0, 2), int64(0, 2))).toThrow(/a row of x that does not exist/);
    expect(() => product(int64(0, -1), int64(0, 2))).toThrow(/a row of x that does not exist/);
    expect(() => product(int64(0), int64(0, 2))).toThrow(/one row of x for each row/);
    expect(() => product(int64(), int64(0, 3))).toThrow(/must have the rows of the plan/);
    expect(() => product(int64(), int64(0, 2, 2))).toThrow(/offsets must be/);
    expect(() => product(int64(), int64(1, 2))).toThrow(/begin with 0/);
    expect(product(int64(1, 0), int64(0, 2))[0]!.shape).toEqual([2, 1]);
  });

  test.each([
    ['MoekitGroupedProduct', 5, { transposed: false, activation: 0 }],
    ['MoekitMatMul', 2, { transpose_a: false, transpose_b: false }],
    ['MoekitPairDots', 5, { num_experts: 2 }],
    ['MoekitSplitHeads', 3, { heads: 1, length: 1 }],
    ['MoekitRoutingStats', 8, { capacity: 1 }],
    ['MoekitBalanceLoss', 3, { scale: 1 }],
    ['MoekitRmsNorm', 2, { epsilon: 1 }],
    ['MoekitRmsNormGradient', 3, { epsilon: 1 }],
  ])(
    '%s refuses a call without one of its attributes, or with a misspelt one',
    (name, count, all) => {
      const { binding } = tf.backend() as unknown as { binding: Binding };
      const inputs = inputsOf(binding, name, count);
      const run = (attributes: [string, boolean | number][]) =>
      binding.executeOp(name, attributes.map(([key, value]) => attributeOf(binding, key, value)), inputs, 3); // prettier-ignore
      const given = Object.entries(all);
      for (const [left] of given) {
        const others = given.filter(([key]) => key !== left);
        expect(() => run(others)).toThrow(`missing attr '${left}'`);
        expect(() => run([...others, [`${left}s`, all[left as never]]])).toThrow(
          `missing attr '${left}'`,
        );
      }
    },
  );

  test('attention, cross-entropy and statistics refuse a mask or a target that does not fit', () => {
    const { binding } = tf.backend() as unknown as { binding: Binding };
    const floats = (...shape: number[]) =>
      binding.createTensor(shape, binding.TF_FLOAT, new Float32Array(tf.util.sizeFromShape(shape)));
    const attend = (mask: number) => {
      const [q, k] = [floats(2, 1, 3, 4), floats(2, 1, 5, 4)];
      return binding.executeOp('MoekitAttend', [], [q, k, k, mask], 2);
    };
    expect(() => attend(floats(3, 4))).toThrow(/mask must broadcast/);
    expect(() => attend(floats(3, 1, 1, 5))).toThrow(/mask must broadcast/);
    expect(attend(floats(2, 1, 1, 5)).map(({ shape }) => shape)).toEqual([[6, 4], [2, 1, 3, 5]]); // prettier-ignore
    const loss = (...ids: number[]) => {
      const targets = binding.createTensor([ids.length], binding.TF_INT32, Int32Array.from(ids));
      return binding.executeOp('MoekitCrossEntropy', [], [floats(2, 3), targets], 2);
    };
    expect(() => loss(0, 3)).toThrow(/a target that does not exist/);
    expect(() => loss(-1, 0)).toThrow(/a target that does not exist/);
    expect(() => loss(0)).toThrow(/targets must be/);
    const stats = (pairs: number, given: number) => {
      const none = floats(0);
      const inputs = [floats(3, 2), pairs, none, none, given, none, none, none];
      const capacity = [{ name: 'capacity', type: binding.TF_ATTR_FLOAT, value: -1 }];
      return binding.executeOp('MoekitRoutingStats', capacity, inputs, 1);
    };
    expect(() => stats(floats(3, 1), floats(3))).toThrow(/probs must be/);
    expect(() => stats(floats(3, 2), floats(2))).toThrow(/tokens and experts/);
    expect(stats(floats(3, 2), floats(3))[0]!.shape).toEqual([13]);
    const balance = (fractions: number, present: number) => {
      const scale = [{ name: 'scale', type: binding.TF_ATTR_FLOAT, value: 1 }];
      const inputs = [floats(3, 2), fractions, present];
      return binding.executeOp('MoekitBalanceLoss', scale, inputs, 2);
    };
    expect(() => balance(floats(3), floats(0))).toThrow(/fractions must be/);
    expect(() => balance(floats(2), floats(2))).toThrow(/tokens and experts/);
    expect(balance(floats(2), floats(3)).map(({ shape }) => shape)).toEqual([[], [3, 2]]);
  });

  test('sums of equal shapes are exact, others and integers stay with TensorFlow', () => {
    const values = Array.from({ length: 70_001 }, (_, i) => i / 7);
    const x = tf.tensor1d(values);
    expect(operationsOf(() => tf.add(x, x))).toEqual(['MoekitAdd']);
    expect(tf.add(x, x).dataSync()).toEqual(tf.mul(x, 2).dataSync());
    expect(Array.from(tf.add(tf.tensor2d([[1], [2]]), tf.tensor1d([3, 4])).dataSync())).toEqual([4, 5, 5, 6]); // prettier-ignore
    const integers = tf.add(tf.tensor1d([1, 2], 'int32'), tf.tensor1d([3, 4], 'int32'));
    expect([integers.dtype, ...integers.dataSync()]).toEqual(['int32', 4, 6]);
  });

  test('a reshape to the same shape calls no operation, and the values live as long as either', () => {
    const x = tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3]);
    expect(operationsOf(() => tf.reshape(x, [2, 3]).dispose())).toEqual([]);
    expect(operationsOf(() => tf.reshape(x, [3, 2]))).toEqual(['Reshape']);
    expect(operationsOf(() => tf.reshape(x, [2, -1]))).toEqual(['Reshape']);
    const same = tf.reshape(x, [2, 3]);
    x.dispose();
    expect(tf.add(same, same).arraySync()).toEqual([[2, 4, 6], [8, 10, 12]]); // prettier-ignore
    const node = tf.backend() as unknown as { getNumOfTFTensors(): number };
    const before = node.getNumOfTFTensors();
    same.dispose();
    expect(node.getNumOfTFTensors()).toBe(before - 1);
  });

  test('products of equal batches are our own, others and integers stay with TensorFlow', () => {
    const a = tf.tensor3d([1, 2, 3, 4, 5, 6, 7, 8], [2, 2, 2]);
    const product = (b: tf.Tensor, left = false, right = false) =>
      Array.from(tf.matMul(a as tf.Tensor, b, left, right).dataSync());
    const expected = [7, 10, 15, 22, 67, 78, 91, 106];
    const exchanged = tf.transpose(a, [0, 2, 1]);
    expect(operationsOf(() => tf.matMul(a, a))).toEqual(['MoekitMatMul']);
    expect(product(a)).toEqual(expected);
    expect(product(exchanged, false, true)).toEqual(expected);
    expect(Array.from(tf.matMul(exchanged, a, true).dataSync())).toEqual(expected);
    expect(Array.from(tf.matMul(exchanged, exchanged, true, true).dataSync())).toEqual(expected);
    expect(product(tf.tensor3d([1, 0, 0, 1], [1, 2, 2]))).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(Array.from(tf.matMul(tf.zeros([3, 0]), tf.zeros([0, 2])).dataSync())).toEqual([0, 0, 0, 0, 0, 0]); // prettier-ignore
    const integers = tf.tensor2d([[1, 2]], [1, 2], 'int32');
    expect(Array.from(tf.matMul(integers, integers, false, true).dataSync())).toEqual([5]);
  });

  test('products of more rows, terms and columns than a block hold every term', () => {
    const [m, k, n] = [301, 1031, 133];
    const small = (shape: [number, number], step: number) => {
      const size = shape[0] * shape[1];
      const values = Float32Array.from({ length: size }, (_, i) => ((i * step) % 7) - 3);
      return { values, tensor: tf.tensor2d(values, shape) };
    };
    const [a, b] = [small([m, k], 5), small([k, n], 3)];
    const expected = new Float32Array(m * n); // whole numbers: exact in every order
    for (let i = 0; i < m; i++)
      for (let t = 0; t < k; t++)
        for (let j = 0; j < n; j++)
          expected[i * n + j]! += a.values[i * k + t]! * b.values[t * n + j]!;
    const [left, right] = [tf.transpose(a.tensor), tf.transpose(b.tensor)];
    expect(tf.matMul(a.tensor, b.tensor).dataSync()).toEqual(expected);
    expect(tf.matMul(a.tensor, right, false, true).dataSync()).toEqual(expected);
    expect(tf.matMul(left, b.tensor, true).dataSync()).toEqual(expected);
  });

  test('no rows give an empty product and zero gradients', () => {
    const plan = dispatchPlan(tf.zeros([3, 2]));
    const [x, w] = [tf.ones<tf.Rank.R2>([3, 4]), tf.ones<tf.Rank.R3>([2, 4, 5])];
    expect(groupedMatMul(tf.zeros([0, 4]), w, plan).shape).toEqual([0, 5]);
    const layer = (a: tf.Tensor, b: tf.Tensor) =>
      combine(
        groupedLinear(a as tf.Tensor2D, b as tf.Tensor3D, undefined, plan, fused),
        tf.ones([3, 2]),
        plan,
      ).sum();
    const [dx, dw] = tf.grads(layer as never)([x, w]);
    expect(Array.from(dx!.dataSync())).toEqual(Array(12).fill(0));
    expect(Array.from(dw!.dataSync())).toEqual(Array(40).fill(0));
  });

  test('NaN and infinity pass through relu as TensorFlow passes them', () => {
    const plan = dispatchPlan(tf.tensor2d([[1], [1], [1]]));
    const x = tf.tensor2d([[NaN], [Infinity], [-Infinity]]);
    const y = groupedLinear(x, tf.ones([1, 1, 1]), undefined, plan, fused);
    expect(Array.from(y.dataSync())).toEqual([NaN, Infinity, 0]);
  });
});

/** The operations that TensorFlow runs meanwhile; the binding itself cannot be written to. */
function operationsOf(compute: () => unknown): string[] {
  const backend = tf.backend() as unknown as { binding: Binding };
  const { binding } = backend;
  const names: string[] = [];
  const all = Object.getOwnPropertyNames(binding) as (keyof Binding)[];
  const watched = Object.fromEntries(all.map((key) => [key, binding[key]])) as unknown as Binding;
  watched.executeOp = (name, ...rest) => {
    names.push(name);
    return binding.executeOp(name, ...rest);
  };
  backend.binding = watched;
  compute();
  backend.binding = binding;
  return names;
}

/** Empty inputs: a call without an attribute is refused before they are read. */
function inputsOf(binding: Binding, name: string, count: number): number[] {
  const integers = name.endsWith('Product') ? [3, 4] : name.endsWith('PairDots') ? [2, 3, 4] : [];
  return Array.from({ length: count }, (_, i) =>
    integers.includes(i)
      ? binding.createTensor([0], binding.TF_INT64, new Int32Array(0))
      : binding.createTensor([0], binding.TF_FLOAT, new Float32Array(0)),
  );
}

const FLOATS = ['capacity', 'scale', 'epsilon'];

function attributeOf(binding: Binding, name: string, value: boolean | number) {
  if (typeof value === 'boolean') return { name, type: binding.TF_ATTR_BOOL, value };
  const isFloat = FLOATS.some((known) => name.startsWith(known));
  return { name, type: isFloat ? binding.TF_ATTR_FLOAT : binding.TF_ATTR_INT, value };
}

const fused = { fromTokens: true, activation: 'relu' } as const;

interface Binding {
  readonly TF_FLOAT: number;
  readonly TF_INT32: number;
  readonly TF_INT64: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_INT: number;
  createTensor(shape: number[], dtype: number, values: Float32Array | Int32Array): number;
  executeOp(
    name: string,
    attributes: object[],
    ids: number[],
    outputs: number,
  ): { shape: number[] }[];
}
