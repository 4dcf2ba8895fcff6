import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { DispatchPlan } from '../src/index.js';
import { dispatchPlan, groupedLinear, registerKernels } from '../src/index.js';
import type { Algorithm } from '../src/backends/contract/explanation.js';
import { tensorflowKernels } from '../src/backends/tensorflow/register.js';
import { generator } from './oracle.js';

const installed = process.env['MOEKIT_TEST_BACKEND_DIR'] !== undefined;

/** A number of 8 significant bits is within one unit in the last place: TensorFlow cuts products off on some processors. */
const UNIT = 2 ** -7;
/** float32 sums in another order, over the terms' sizes. */
const SUMMING = 2 ** -20;

type Precision = 'bf16' | 'float32';

interface Case {
  readonly plan: DispatchPlan;
  readonly x: tf.Tensor2D;
  readonly w: tf.Tensor3D;
  readonly bias: tf.Tensor2D;
  /** dL/dy */
  readonly slope: tf.Tensor2D;
}

describe.skipIf(!installed)('bf16 on tensorflow', () => {
  beforeAll(async () => {
    await tf.setBackend('tensorflow');
    registerKernels();
  });

  const sizes = [
    ['one expert', 1, 6, 4, 3],
    ['sizes that fit no tile, an idle expert', 8, 60, 70, 33],
    ['more experts than tokens', 64, 20, 16, 8],
  ] as const;

  describe.each([undefined, 'per-expert', 'batched', 'size-classes'] as const)('as %s', (how) => {
    beforeAll(() => replaceKernels(how));
    afterAll(() => replaceKernels(undefined));

    test.each(sizes)(
      'rows and weights are rounded to nearest, the product once, %s',
      (_name, ...size) => {
        const c = draw(...size);
        const [y, dx] = results(c, 'bf16');
        const product = multiply(c, rounded(c.x), rounded(c.w)); // [S,B]
        y!.forEach((value, i) => {
          const bias = at(c.bias, c.plan.expertIndices[Math.floor(i / size[3])]!, i % size[3]);
          const allowed = UNIT * Math.abs(product.sums[i]!) + SUMMING * (product.sizes[i]! + Math.abs(bias)); // prettier-ignore
          expect(Math.abs(value - (product.sums[i]! + bias))).toBeLessThanOrEqual(allowed);
        });
        const back = multiply(c, rounded(c.slope), rounded(c.w), true); // [S,A]
        dx!.forEach((value, i) => {
          const allowed = UNIT * Math.abs(back.sums[i]!) + SUMMING * back.sizes[i]!;
          expect(Math.abs(value - back.sums[i]!)).toBeLessThanOrEqual(allowed);
        });
      },
    );

    test("the weights' and the bias' gradients are those of float32 to the last bit", () => {
      const c = draw(8, 60, 70, 33);
      const [half, full] = [results(c, 'bf16'), results(c, 'float32')];
      expect(half[2]).toEqual(full[2]);
      expect(half[3]).toEqual(full[3]);
    });
  });

  test('differs from float32 by the rounding of both factors and of the product, and does differ', () => {
    const c = draw(8, 60, 70, 33);
    const [[half], [full]] = [results(c, 'bf16'), results(c, 'float32')];
    const { sizes: terms } = multiply(c, c.x.dataSync(), c.w.dataSync());
    half!.forEach((value, i) => {
      // half a unit for each factor, one for the product; their products are negligible
      expect(Math.abs(value - full![i]!)).toBeLessThanOrEqual(2.02 * UNIT * terms[i]!);
    });
    expect(half!.some((value, i) => Math.abs(value - full![i]!) > 1e-4)).toBe(true);
  });

  test('rows gathered from tokens, relu, no rows at all', () => {
    const { plan, x, w } = draw(8, 60, 70, 33);
    const tokens = tf.randomNormal<tf.Rank.R2>([plan.numTokens, x.shape[1]], 0, 1, 'float32', 5);
    const gathered = tf.gather(tokens, tf.tensor1d(plan.tokenIndices, 'int32'));
    const fused = groupedLinear(tokens, w, undefined, plan, { fromTokens: true, activation: 'relu', precision: 'bf16' }); // prettier-ignore
    const apart = tf.relu(groupedLinear(gathered, w, undefined, plan, { precision: 'bf16' }));
    expect(fused.dataSync()).toEqual(apart.dataSync());
    const nobody = dispatchPlan(tf.zeros([3, 8]));
    const bias = tf.ones<tf.Rank.R2>([8, 33]);
    expect(groupedLinear(tf.zeros([0, 70]), w, bias, nobody, { precision: 'bf16' }).shape).toEqual([0, 33]); // prettier-ignore
  });

  test('keeps no value inside TensorFlow, and gives the same bytes twice', () => {
    const node = tf.backend() as unknown as { getNumOfTFTensors(): number };
    const c = draw(8, 60, 70, 33);
    const first = tf.tidy(() => results(c, 'bf16'));
    const before = node.getNumOfTFTensors();
    expect(tf.tidy(() => results(c, 'bf16'))).toEqual(first);
    expect(node.getNumOfTFTensors()).toBe(before);
  });
});

/** y, dx, dw, dbias of a linear layer under the case's slope. */
function results({ plan, x, w, bias, slope }: Case, precision: Precision): number[][] {
  const layer = (x: tf.Tensor, w: tf.Tensor, bias: tf.Tensor) =>
    groupedLinear(x as tf.Tensor2D, w as tf.Tensor3D, bias as tf.Tensor2D, plan, { precision });
  const gradients = tf.grads((...all: tf.Tensor[]) =>
    tf.sum(tf.mul(layer(all[0]!, all[1]!, all[2]!), slope)),
  )([x, w, bias]);
  return [layer(x, w, bias), ...gradients].map((t) => Array.from(t.dataSync()));
}

/** out[s] = x[s] w[expert(s)] in float64, or with w transposed, and the sum of its terms' sizes. */
function multiply(
  { plan, w: { shape } }: Pick<Case, 'plan' | 'w'>,
  x: ArrayLike<number>,
  w: ArrayLike<number>,
  transposed = false,
): { sums: number[]; sizes: number[] } {
  const [, a, b] = shape;
  const [inner, outer] = transposed ? [b, a] : [a, b];
  const [sums, sizes]: [number[], number[]] = [[], []];
  for (let s = 0; s < plan.numRows; s++) {
    for (let j = 0; j < outer; j++) {
      let [sum, size] = [0, 0];
      for (let i = 0; i < inner; i++) {
        const place = transposed ? j * b + i : i * b + j;
        const term = x[s * inner + i]! * w[plan.expertIndices[s]! * a * b + place]!;
        sum += term;
        size += Math.abs(term);
      }
      sums.push(sum);
      sizes.push(size);
    }
  }
  return { sums, sizes };
}

/** To bfloat16 and back: the upper half of float32's bits, to nearest, ties to even. */
function rounded(x: tf.Tensor): Float32Array {
  const bits = new Uint32Array(Float32Array.from(x.dataSync()).buffer);
  const kept = bits.map((bit) => ((bit + 0x7fff + ((bit >>> 16) & 1)) & 0xffff0000) >>> 0);
  return new Float32Array(kept.buffer);
}

function draw(experts: number, tokens: number, inner: number, outer: number): Case {
  const random = generator(experts + tokens);
  const mask = Array.from({ length: tokens * experts }, (_, i) =>
    experts > 1 && i % experts === 3 ? 0 : Number(random() < 0.3 || experts === 1),
  );
  const plan = dispatchPlan(tf.tensor2d(mask, [tokens, experts]));
  const numbers = (n: number) => Float32Array.from({ length: n }, () => 2 * random() - 1);
  return {
    plan,
    x: tf.tensor2d(numbers(plan.numRows * inner), [plan.numRows, inner]),
    w: tf.tensor3d(numbers(experts * inner * outer), [experts, inner, outer]),
    bias: tf.tensor2d(numbers(experts * outer), [experts, outer]),
    slope: tf.tensor2d(numbers(plan.numRows * outer), [plan.numRows, outer]),
  };
}

function at(x: tf.Tensor2D, row: number, column: number): number {
  return x.dataSync()[row * x.shape[1] + column]!;
}

function replaceKernels(algorithm: Algorithm | undefined): void {
  for (const kernel of tensorflowKernels(algorithm)) {
    tf.unregisterKernel(kernel.kernelName, 'tensorflow');
    tf.registerKernel(kernel);
  }
}
