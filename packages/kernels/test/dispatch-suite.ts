import type { Tensor, Tensor2D, Tensor3D } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { planRows } from '../src/plan/plan-rows.js';
import {
  combine,
  dispatch,
  dispatchPlan,
  expertRows,
  groupedLinear,
  groupedMatMul,
} from '../src/index.js';
import { matrix, problem, solve } from './oracle.js';
import type { Answer, Problem } from './oracle.js';
import { scoped } from './scoped.js';

const sizes = (tokens: number, experts: number, inner = 5, outer = 7) => ({
  tokens,
  experts,
  inner,
  outer,
});
const share = (p: number) => (_t: number, _e: number, random: () => number) => random() < p;

const cases: readonly (readonly [string, Problem])[] = [
  ['one expert takes every token', problem(sizes(9, 1), () => true)],
  ['two experts', problem(sizes(12, 2), share(0.5))],
  ['eight experts', problem(sizes(40, 8), share(0.25))],
  ['64 experts, most of them idle', problem(sizes(20, 64), share(0.02))],
  ['256 experts', problem(sizes(16, 256, 3, 2), share(0.02))],
  ['experts without rows', problem(sizes(10, 6), (t, e) => e === 1 + (t % 2) * 3)],
  ['all tokens to the last expert', problem(sizes(17, 5), (_t, e) => e === 4)],
  ['no token is routed at all', problem(sizes(6, 3), () => false)],
  ['a single token', problem(sizes(1, 4), (_t, e) => e !== 2)],
  ['every token to every expert', problem(sizes(11, 4), () => true)],
  ['sizes that fit no tile', problem(sizes(67, 3, 33, 65), share(0.4))],
  ['Zipf load', problem(sizes(80, 12), (_t, e, random) => random() < 0.9 / (e + 1))],
  [
    'combine weights of 0 on routed pairs',
    { ...problem(sizes(8, 3), share(0.6)), combine: matrix(8, 3, () => 0) },
  ],
];

/** Values and gradients of dispatch -> groupedMatMul -> bias -> combine against the naive loop. */
export function dispatchSuite({ tolerance = 1e-5, numRuns = 150 } = {}): void {
  describe('values and gradients equal a naive loop over tokens and experts', () => {
    it.each(cases)('%s', async (_name, p) => expectAnswer(await run(p), solve(p), tolerance));

    it('any routing', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.record({
            tokens: fc.integer({ min: 1, max: numRuns > 1000 ? 5 : 9 }),
            experts: fc.integer({ min: 1, max: numRuns > 1000 ? 5 : 9 }),
          }),
          fc.double({ min: 0, max: 1, noNaN: true }),
          fc.integer(),
          async ({ tokens, experts }, density, seed) => {
            const p = problem(sizes(tokens, experts, 2, 3), share(density), seed);
            expectAnswer(await run(p), solve(p), tolerance);
          },
        ),
        { numRuns },
      );
    }, 240_000);
  });

  it('two runs give the same bytes', async () => {
    const p = problem(sizes(50, 8, 16, 16), share(0.3));
    const [first, second] = [await run(p), await run(p)];
    expect(second.flat).toEqual(first.flat);
  });

  it('keeps no tensor', async () => {
    const p = problem(sizes(20, 4), share(0.5));
    await run(p);
    const before = tf.memory().numTensors;
    await run(p);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('a linear layer per expert is the product plus the bias rows, and has their gradients', async () => {
    const p = problem(sizes(30, 5), share(0.4));
    expectAnswer(await run(p, true), solve(p), tolerance);
    expectAnswer(await run(p, false), solve(p), tolerance);
  });

  it.each([
    ['tokens that do not fill a vec4', sizes(30, 5)],
    ['whole quads', sizes(30, 3, 8, 12)],
  ])('a linear layer of tokens gathers its rows itself, %s', async (_name, shape) => {
    const p = problem(shape, share(0.4));
    expectAnswer(await run(p, true, true), solve(p), tolerance);
  });

  it.each([true, false])('relu in a linear layer is relu behind it, bias %s', async (biased) => {
    const p = problem(sizes(30, 4, 8, 20), share(0.4));
    const inputs = [tf.tensor2d(p.x), tf.tensor3d(p.w), ...(biased ? [tf.tensor2d(p.bias)] : [])];
    const outcomes = [true, false].map((fused) => scoped(() => reluLayer(p, inputs, fused)));
    const [got, want] = await Promise.all(
      outcomes.map((all) => Promise.all(all.map((t) => t.data()))),
    );
    want!.forEach((values, i) =>
      values.forEach((value, j) => expect(got![i]![j], `${i} ${j}`).toBeCloseTo(value, 4)),
    );
    expect(want![0]!.some((value) => value > 0)).toBe(true);
    tf.dispose([...inputs, ...outcomes.flat()]);
  });

  it('second-order gradients pass through combine, tokens and relu', async () => {
    const p = problem(sizes(9, 3, 4, 4), share(0.6));
    const [x, w, weights] = [tf.tensor2d(p.x), tf.tensor3d(p.w), tf.tensor2d(p.combine)];
    const plan = planOf(p);
    const layer = (fused: boolean) => (u: Tensor, v: Tensor, c: Tensor) => {
      const options = { fromTokens: true, activation: 'relu' } as const;
      const y = fused
        ? groupedLinear(u as Tensor2D, v as Tensor3D, undefined, plan, options)
        : tf.relu(groupedMatMul(dispatch(u as Tensor2D, plan), v as Tensor3D, plan));
      return combine(y, c as Tensor2D, plan)
        .square()
        .sum();
    };
    const second = (fused: boolean) =>
      scoped(() =>
        tf.grads((...inputs: Tensor[]) => {
          const [u, v, c] = inputs as [Tensor, Tensor, Tensor];
          const first = tf.grads(layer(fused) as never)([u, v, c]) as Tensor[];
          return tf.addN(first.map((g) => g.square().sum()));
        })([x, w, weights]),
      );
    const [got, want] = [second(true), second(false)];
    for (const [i, g] of got.entries()) {
      const [a, b] = [await g.data(), await want[i]!.data()];
      const scale = Math.max(1, ...b.map(Math.abs));
      b.forEach((value, j) => expect(a[j]! / scale).toBeCloseTo(value / scale, 4));
    }
    tf.dispose([x, w, weights, ...got, ...want, plan.table ?? []]);
  });

  it('second-order gradients are finite and symmetric in x and w', async () => {
    const p = problem(sizes(7, 3, 4, 4), share(0.6));
    const plan = planOf(p);
    const w = tf.tensor3d(p.w);
    const rows = tf.tidy(() => dispatch(tf.tensor2d(p.x), plan));
    const inner = (x: Tensor) =>
      tf.grad((v) =>
        groupedMatMul(v as Tensor2D, w, plan)
          .square()
          .sum(),
      )(x);
    const hessianDiagonal = tf.grad((x) => inner(x).sum())(rows);
    // d/dx sum(2 x W W^T) = 2 * row sums of W W^T
    const expected = p.w.map((we) =>
      we.map(
        (row) => 2 * we.reduce((s, other) => s + row.reduce((d, v, i) => d + v * other[i]!, 0), 0),
      ),
    );
    const got = (await hessianDiagonal.array()) as number[][];
    const experts = planRows(Float32Array.from(p.mask.flat()), p.tokens, p.experts).expertIndices;
    experts.forEach((e, s) =>
      got[s]!.forEach((value, d) => expect(value).toBeCloseTo(expected[e]![d]!, 3)),
    );
    tf.dispose([w, rows, hessianDiagonal, plan.table ?? []]);
  });
}

/** Output and gradients of a relu layer of tokens, as one operation or as four. */
function reluLayer(p: Problem, inputs: Tensor[], fused: boolean): Tensor[] {
  const plan = planOf(p);
  const forward = (x: Tensor, w: Tensor, bias?: Tensor) => {
    const [tokens, weights, b] = [x as Tensor2D, w as Tensor3D, bias as Tensor2D | undefined];
    if (fused) {
      return groupedLinear(tokens, weights, b, plan, { fromTokens: true, activation: 'relu' });
    }
    const product = groupedMatMul(dispatch(tokens, plan), weights, plan);
    return tf.relu(b ? tf.add<Tensor2D>(product, expertRows(b, plan)) : product);
  };
  const [x, w, bias] = inputs as [Tensor, Tensor, Tensor?];
  const gradients = tf.grads((...all: Tensor[]) =>
    forward(...(all as [Tensor, Tensor, Tensor?]))
      .square()
      .sum(),
  )(inputs);
  return [forward(x, w, bias), ...gradients];
}

function planOf(p: Problem) {
  return scoped(() => dispatchPlan(tf.tensor2d(p.mask, [p.tokens, p.experts])));
}

type Results = readonly [Tensor, Tensor, Tensor, Tensor, Tensor];

async function run(
  p: Problem,
  linear = false,
  fromTokens = false,
): Promise<Answer & { flat: number[] }> {
  const all = scoped(() => evaluate(p, linear, fromTokens));
  const [out, dx, dw, dbias, dcombine] = await Promise.all(all.map((t) => t.array()));
  const flat = (await Promise.all(all.map((t) => t.data()))).flatMap((values) => [...values]);
  tf.dispose([...all]);
  return { out, dx, dw, dbias, dcombine, flat } as Answer & { flat: number[] };
}

function evaluate(p: Problem, linear: boolean, fromTokens: boolean): Results {
  const plan = planOf(p);
  const x = tf.tensor2d(p.x, [p.tokens, p.inner]);
  const w = tf.tensor3d(p.w, [p.experts, p.inner, p.outer]);
  const [bias, weights] = [tf.tensor2d(p.bias), tf.tensor2d(p.combine)];
  const up = tf.tensor2d(p.upstream);
  const layer = (x: Tensor, w: Tensor, bias: Tensor, weights: Tensor) => {
    const rows = fromTokens ? (x as Tensor2D) : dispatch(x as Tensor2D, plan);
    const y = linear
      ? groupedLinear(rows, w as Tensor3D, bias as Tensor2D, plan, { fromTokens })
      : tf.add<Tensor2D>(
          groupedMatMul(rows, w as Tensor3D, plan),
          expertRows(bias as Tensor2D, plan),
        );
    return combine(y, weights as Tensor2D, plan);
  };
  const gradients = tf.grads((...inputs: Tensor[]) =>
    layer(...(inputs as [Tensor, Tensor, Tensor, Tensor]))
      .mul(up)
      .sum(),
  )([x, w, bias, weights]) as [Tensor, Tensor, Tensor, Tensor];
  return [layer(x, w, bias, weights), ...gradients];
}

function expectAnswer(got: Answer, want: Answer, tolerance: number): void {
  for (const name of ['out', 'dx', 'dw', 'dbias', 'dcombine'] as const) {
    const [a, b] = [(got[name] as number[][][]).flat(2), (want[name] as number[][][]).flat(2)];
    expect(a.length, name).toBe(b.length);
    const scale = Math.max(1, ...b.map(Math.abs));
    a.forEach((value, i) => {
      if (!(Math.abs(value - b[i]!) <= tolerance * scale))
        expect.fail(`${name}[${i}]: ${value} vs ${b[i]}`);
    });
  }
}
