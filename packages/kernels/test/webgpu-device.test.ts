import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { planRows } from '../src/plan/plan-rows.js';
import {
  combine,
  densePlan,
  dispatch,
  dispatchPlan,
  expertRows,
  groupedLinear,
  groupedMatMul,
  limitCapacity,
  registerKernels,
  selectThreshold,
  selectTopK,
  stopGradient,
  watchDevice,
} from '../src/index.js';
import type { DeviceWatch } from '../src/index.js';
import { tableLayout } from '../src/backends/webgpu/table.js';
import { generator } from './oracle.js';
import { useWebGpu } from '../src/testing/index.js';

const missing = await useWebGpu();
vi.setConfig({ testTimeout: 240_000 }); // a software adapter compiles a product's program for seconds
const random = generator(11);
const normal = (shape: number[]) =>
  tf.tensor(
    Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => random() + random() - 1),
    shape,
  );

describe.skipIf(missing)(missing ? `webgpu (skipped: ${missing})` : 'webgpu', () => {
  let watch: DeviceWatch;
  beforeEach(() => {
    watch = watchDevice();
  });
  afterEach(async () => {
    watch.stop();
    await watch.check();
  });

  it('the plan of any mask is that of the host', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 1, max: 12 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer(),
        async (tokens, experts, density, seed) => {
          const draw = generator(seed);
          const mask = Float32Array.from({ length: tokens * experts }, () => +(draw() < density));
          await expectHostPlan(mask, tokens, experts);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('a plan of many blocks and tiles is that of the host', async () => {
    const [tokens, experts] = [3000, 40];
    const mask = Float32Array.from({ length: tokens * experts }, () => +(random() < 0.1));
    await expectHostPlan(mask, tokens, experts);
  });

  it('rows beyond the routed ones are zero, forward and backward', async () => {
    const mask = tf.tensor2d([[1, 0, 0], [0, 0, 1], [0, 0, 0]]); // prettier-ignore
    const plan = dispatchPlan(mask, { maxRows: 5 });
    expect(plan.numRows).toBe(5);
    const x = tf.ones<tf.Rank.R2>([3, 4]);
    const rows = dispatch(x, plan);
    const y = tf.add<tf.Tensor2D>(
      groupedMatMul(rows, tf.ones([3, 4, 4]), plan),
      expertRows(tf.ones([3, 4]), plan),
    );
    const dy = tf.grad((v) => combine(v as tf.Tensor2D, tf.ones([3, 3]), plan).sum())(y);
    for (const [t, routed] of [[rows, 1], [y, 5], [dy, 1]] as const) {
      expect(await t.array()).toEqual(
        [0, 1, 2, 3, 4].map((s) => Array(4).fill(s < 2 ? routed : 0)),
      );
    } // prettier-ignore
  });

  it('more pairs than the bound are NaN, not silently fewer', async () => {
    const plan = dispatchPlan(tf.ones([4, 2]), { maxRows: 5 });
    const x = tf.ones<tf.Rank.R2>([4, 4]);
    const rows = dispatch(x, plan);
    expect(Array.from(await rows.data()).every(Number.isNaN)).toBe(true);
    expect(
      Array.from(await combine(tf.ones([5, 4]), tf.ones([4, 2]), plan).data()).every(Number.isNaN),
    ).toBe(true);
  });

  it.each([1, 2, 7, 8, 13, 14, 40])('tfjs adds %s tensors', async (count) => {
    registerKernels();
    const terms = Array.from({ length: count }, (_, i) => tf.fill([3], i + 1));
    const sum = tf.addN(terms);
    expect(Array.from(await sum.data())).toEqual(Array(3).fill((count * (count + 1)) / 2));
  });

  it.each([
    ['a row in each thread', [70, 8]],
    ['three axes, one of them of one number', [3, 1, 64]],
    ["tfjs's own for long rows", [3, 65]],
  ])('softmax as on the cpu: %s', async (_name, shape) => {
    registerKernels();
    const z = normal(shape).mul(30) as tf.Tensor;
    const probs = tf.softmax(z);
    const gradient = tf.grad((v) => tf.softmax(v).square().sum())(z);
    expect(probs.shape).toEqual(shape);
    const got = [await probs.data(), await gradient.data()];
    const values = await z.data();
    await tf.setBackend('cpu');
    const same = tf.tensor(values, shape);
    const want = [tf.softmax(same), tf.grad((v) => tf.softmax(v).square().sum())(same)];
    const expected = want.map((t) => t.dataSync());
    await tf.setBackend('webgpu');
    got.forEach((numbers, i) =>
      numbers.forEach((value, j) => expect(value).toBeCloseTo(expected[i]![j]!, 5)),
    );
  });

  it('a dense plan may be kept from one tidy to the next', async () => {
    const plan = densePlan(3);
    const before = tf.memory().numTensors;
    for (let i = 0; i < 2; i++) {
      const rows = tf.tidy(() => dispatch(tf.ones([3, 4]), plan));
      expect(Array.from(await rows.data())).toEqual(Array(12).fill(1));
      rows.dispose();
    }
    expect(tf.memory().numTensors).toBe(before);
  });

  it('no tokens at all', async () => {
    const plan = dispatchPlan(tf.zeros([0, 3]));
    const rows = dispatch(tf.zeros([0, 4]), plan);
    const product = tf.grad((w) => groupedMatMul(rows, w as tf.Tensor3D, plan));
    const gradient = product(tf.ones([3, 4, 4]), tf.zeros([0, 4]));
    expect(Array.from(await gradient.data())).toEqual(Array(48).fill(0));
  });

  it('a plan made on the host still works, and arrays of a device plan are a coded error', async () => {
    const host = planRows(Float32Array.of(1, 0, 0, 1), 2, 2);
    const x = tf.tensor2d([[1, 2], [3, 4]]); // prettier-ignore
    expect(await dispatch(x, host).array()).toEqual([
      [1, 2],
      [3, 4],
    ]);
    const coded = expect.objectContaining({ code: 'KERNELS_SYNC_READ' });
    expect(() => densePlan(2).tokenIndices).toThrow(coded);
  });

  it('a plan of the device is a coded error on another backend', async () => {
    const plan = dispatchPlan(tf.ones([2, 2]));
    await tf.setBackend('cpu');
    const coded = expect.objectContaining({ code: 'KERNELS_PLAN' });
    expect(() => dispatch(tf.ones([2, 4]), plan)).toThrow(coded);
    await tf.setBackend('webgpu');
    expect(
      await dispatch(tf.ones([2, 4]), plan)
        .sum()
        .data(),
    ).toEqual(Float32Array.of(16));
  });

  it('top-k of equal logits is that of the cpu, special values included', async () => {
    const values = [0, -0, 1e-45, -1e-45, 1e38, -1e38, 3, 3, -7];
    const logits = Float32Array.from(
      { length: 50 * 9 },
      () => values[Math.floor(random() * values.length)]!,
    );
    await expectSameDecision(logits, [50, 9], (z) => selectTopK(z, 3));
  });

  it('threshold and capacity decide as the cpu does away from ties of rounding', async () => {
    const logits = Float32Array.from({ length: 300 * 16 }, () => 4 * (random() - 0.5));
    await expectSameDecision(logits, [300, 16], (z) => selectThreshold(z, 0.7));
    for (const priority of ['rank-then-arrival', 'rank-then-probability'] as const) {
      await expectSameDecision(logits, [300, 16], (z) =>
        limitCapacity(selectTopK(z, 4), z, { capacity: 60, priority }),
      );
    }
  });

  it.each([
    ['vec4 sizes', 8, 12],
    ['sizes of no whole quads', 7, 9],
  ])('f16 rounds the weights and nothing else, %s', async (_name, inner, outer) => {
    const [x, w] = [normal([20, inner]) as tf.Tensor2D, normal([3, inner, outer]) as tf.Tensor3D];
    const mask = tf.tensor2d(Array.from({ length: 20 }, (_, t) => [0, 1, 2].map((e) => +(t % 3 === e)))); // prettier-ignore
    const plan = dispatchPlan(mask, { maxRows: 20 });
    const rounded = tf.tensor3d((await w.data()).map(toHalf), w.shape);
    const layer = (precision: 'f16' | 'float32') => (x: tf.Tensor, w: tf.Tensor) =>
      groupedLinear(x as tf.Tensor2D, w as tf.Tensor3D, undefined, plan, { fromTokens: true, precision }); // prettier-ignore
    const results = (precision: 'f16' | 'float32', w: tf.Tensor) => [
      layer(precision)(x, w),
      ...tf.grads((x, w) => layer(precision)(x, w).square().sum())([x, w]),
    ];
    const [got, want] = [results('f16', w), results('float32', rounded)];
    for (const [i, result] of got.entries()) {
      const [a, b] = await Promise.all([result.data(), want[i]!.data()]);
      a.forEach((value, j) => expect(value).toBeCloseTo(b[j]!, 4));
    }
    const [half, full] = await Promise.all([got[0]!.data(), layer('float32')(x, w).data()]);
    expect(half.some((value, j) => value !== full[j])).toBe(true);
    // 11 bits of weights: 2^-11 each, over sums of at most 8 terms of about 1
    half.forEach((value, j) => expect(Math.abs(value - full[j]!)).toBeLessThan(1e-2));
  });

  it('forward and backward read nothing back', async () => {
    const { layer, x } = smallLayer();
    const { backend } = tf.engine();
    const reads = [vi.spyOn(backend, 'read'), vi.spyOn(backend, 'readSync')];
    const gradients = tf.tidy(() => tf.grads(layer)(x));
    const count = reads.reduce((n, spy) => n + spy.mock.calls.length, 0);
    reads.forEach((spy) => spy.mockRestore());
    expect(count).toBe(0);
    for (const g of gradients) expect((await g.data()).every(Number.isFinite)).toBe(true);
    tf.dispose(gradients);
  });

  it('tensors and device buffers do not grow over 2,000 steps of varying size', async () => {
    const sizes = [5, 9, 17];
    const step = async (i: number) => {
      const tokens = sizes[i % 3]!;
      const out = tf.tidy(() => (i % 20 === 0 ? thoroughStep(tokens) : smallStep(tokens)));
      if (tokens === 17) await out.data();
      out.dispose();
    };
    const buffers = () => (tf.memory() as unknown as { numBytesAllocatedInGPU: number }).numBytesAllocatedInGPU; // prettier-ignore
    for (let i = 0; i < 60; i++) await step(i); // each of the two steps at each size
    const before = [tf.memory().numTensors, buffers()];
    for (let i = 0; i < 2000; i++) await step(i);
    expect([tf.memory().numTensors, buffers()]).toEqual(before);
  });
});

describe.skipIf(missing)(missing ? `webgpu errors (skipped: ${missing})` : 'webgpu errors', () => {
  it('an invalid shader is a coded error at the next check', async () => {
    const watch = watchDevice();
    const { device } = tf.engine().backend as unknown as {
      device: { createShaderModule(module: { code: string }): void };
    };
    device.createShaderModule({ code: 'fn main() { let x : i32 = 1.5; }' });
    await expect(watch.check()).rejects.toMatchObject({ code: 'KERNELS_DEVICE' });
    watch.stop();
  });
});

/** Logits of three experts, float32 [T,3]. */
function randomLogits(tokens: number): tf.Tensor2D {
  return tf.tensor2d(Array.from({ length: tokens }, () => [random(), random(), random()]));
}

/** Selection, plan and one product, forward and backward; how many rows there are differs from call to call. */
function smallStep(tokens: number): tf.Tensor {
  const plan = dispatchPlan(selectThreshold(randomLogits(tokens), 0.5));
  const layer = (w: tf.Tensor) =>
    groupedLinear(tf.ones([tokens, 8]), w as tf.Tensor3D, undefined, plan, { fromTokens: true });
  return tf
    .grad(layer)(tf.ones([3, 8, 8]))
    .sum();
}

/** The same through every kernel that has scratch tensors of its own: capacity, f16, combine's gradient. */
function thoroughStep(tokens: number): tf.Tensor {
  const z = randomLogits(tokens);
  const limit = { capacity: 4, priority: 'rank-then-probability' } as const;
  const mask = limitCapacity(selectTopK(z, 2), z, limit);
  const plan = dispatchPlan(mask);
  const options = { fromTokens: true, precision: 'f16' } as const;
  const layer = (w: tf.Tensor, weights: tf.Tensor) => {
    const y = groupedLinear(tf.ones([tokens, 8]), w as tf.Tensor3D, undefined, plan, options);
    return combine(y, weights as tf.Tensor2D, plan);
  };
  const gradients = tf.grads(layer)([tf.ones([3, 8, 8]), mask]);
  return tf.addN(gradients.map((gradient) => gradient.sum()));
}

/** Softmax-weighted top-2 of four experts over 20 tokens, as a function of x, gate, weights and bias. */
function smallLayer() {
  const x = [normal([20, 8]), normal([8, 4]), normal([4, 8, 8]), normal([4, 8])];
  const layer = (...inputs: tf.Tensor[]) => {
    const [x, gate, w, bias] = inputs as [tf.Tensor2D, tf.Tensor2D, tf.Tensor3D, tf.Tensor2D];
    const logits = tf.matMul<tf.Tensor2D>(x, gate);
    const mask = selectTopK(stopGradient(logits), 2);
    const plan = dispatchPlan(mask, { maxRows: 40 });
    const y = groupedMatMul(dispatch(x, plan), w, plan);
    const active = tf.relu(tf.add<tf.Tensor2D>(y, expertRows(bias, plan)));
    return combine(active, tf.mul(tf.softmax(logits), mask), plan).sum();
  };
  return { layer, x };
}

/** Nearest half-precision number, ties to even; for the normal range, |value| in 2^-14 .. 65504. */
function toHalf(value: number): number {
  const step = 2 ** (Math.floor(Math.log2(Math.abs(value))) - 10);
  const scaled = value / step;
  const below = Math.floor(scaled);
  const up = scaled - below > 0.5 || (scaled - below === 0.5 && below % 2 !== 0);
  return (below + +up) * step;
}

async function expectHostPlan(mask: Float32Array, tokens: number, experts: number) {
  const want = planRows(mask, tokens, experts);
  const given = tf.tensor2d(mask, [tokens, experts]);
  const plan = dispatchPlan(given);
  const table = await plan.table!.data<'int32'>();
  const at = tableLayout(plan);
  const part = (from: number, length: number) => Array.from(table.subarray(from, from + length));
  expect(table[0]).toBe(want.numRows);
  expect(part(1, experts + 1)).toEqual(Array.from(want.expertOffsets));
  expect(part(at.tokenOffsetsAt, tokens + 1)).toEqual(Array.from(want.tokenOffsets));
  expect(part(at.tokensAt, want.numRows)).toEqual(Array.from(want.tokenIndices));
  expect(part(at.expertsAt, want.numRows)).toEqual(Array.from(want.expertIndices));
  expect(part(at.tokenRowsAt, want.numRows)).toEqual(Array.from(want.tokenRows));
  tf.dispose([given, plan.table!]);
}

async function expectSameDecision(
  logits: Float32Array,
  shape: [number, number],
  decide: (z: tf.Tensor2D) => tf.Tensor2D,
) {
  const decided = async () => {
    const made = tf.tidy(() => decide(tf.tensor2d(logits.slice(), shape)));
    const values = Array.from(await made.data());
    made.dispose();
    return values;
  };
  const got = await decided();
  await tf.setBackend('cpu');
  const want = await decided();
  await tf.setBackend('webgpu');
  expect(got).toEqual(want);
}
