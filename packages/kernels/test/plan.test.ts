import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';

import {
  combine,
  densePlan,
  dispatch,
  dispatchPlan,
  expertRows,
  groupedLinear,
  groupedMatMul,
  limitCapacity,
  selectOnHost,
  stopGradient,
} from '../src/index.js';
import type { DispatchPlan, LinearOptions } from '../src/index.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe('dispatchPlan', () => {
  const plan = () =>
    dispatchPlan(
      tf.tensor2d([
        [0, 1, 1],
        [1, 0, 0],
        [0, 0, 0],
        [1, 0, 1],
      ]),
    );

  it('sorts rows by expert, then by token', () => {
    expect(Array.from(plan().expertIndices)).toEqual([0, 0, 1, 2, 2]);
    expect(Array.from(plan().tokenIndices)).toEqual([1, 3, 0, 0, 3]);
    expect(Array.from(plan().expertOffsets)).toEqual([0, 2, 3, 5]);
  });
  it('maps tokens back to their rows in expert order', () => {
    expect(Array.from(plan().tokenOffsets)).toEqual([0, 2, 3, 3, 5]);
    expect(Array.from(plan().tokenRows)).toEqual([2, 3, 0, 1, 4]);
  });
  it('counts routed rows', () => {
    expect(plan().numRows).toBe(5);
  });
  it('a dense plan sends every token to the one expert', () => {
    expect(Array.from(densePlan(3).tokenIndices)).toEqual([0, 1, 2]);
    expect(densePlan(3).numExperts).toBe(1);
  });
  it.each([0.5, 2, -1, NaN])('a mask entry of %s is an error that names its place', (value) => {
    expect(() =>
      dispatchPlan(
        tf.tensor2d([
          [0, 1],
          [value, 0],
        ]),
      ),
    ).toThrow(/token 1 and expert 0/);
  });
});

describe('shapes that do not fit the plan are coded errors', () => {
  const plan = () =>
    dispatchPlan(
      tf.tensor2d([
        [1, 0],
        [1, 1],
      ]),
    );
  const coded = expect.objectContaining({ code: 'KERNELS_SHAPE' });
  it('dispatch', () => expect(() => dispatch(tf.zeros([3, 4]), plan())).toThrow(coded));
  it('groupedMatMul', () =>
    expect(() => groupedMatMul(tf.zeros([3, 4]), tf.zeros([2, 5, 6]), plan())).toThrow(coded));
  it('combine', () =>
    expect(() => combine(tf.zeros([3, 4]), tf.zeros([2, 3]), plan())).toThrow(coded));
});

describe('a plan that fits no memory is a coded error before anything is read or written', () => {
  const good = () => dispatchPlan(tf.tensor2d([[1, 0], [1, 1], [0, 0]])); // prettier-ignore
  const forged = (change: object) => ({ ...good(), ...change }) as DispatchPlan;
  const coded = expect.objectContaining({ code: 'KERNELS_PLAN' });
  const bad: readonly (readonly [string, object])[] = [
    ['a token index past the last token', { tokenIndices: Int32Array.of(0, 3, 1) }],
    ['a negative token index', { tokenIndices: Int32Array.of(0, -1, 1) }],
    ['an expert index past the last expert', { expertIndices: Int32Array.of(0, 0, 2) }],
    ['a row past the last row', { tokenRows: Int32Array.of(0, 1, 3) }],
    ['a negative offset', { expertOffsets: Int32Array.of(-1, 2, 3) }],
    ['offsets that fall', { expertOffsets: Int32Array.of(0, 4, 3) }],
    ['offsets that end early', { tokenOffsets: Int32Array.of(0, 1, 2, 2) }],
    ['too few offsets', { tokenOffsets: Int32Array.of(0, 3) }],
    ['too few indices', { expertIndices: Int32Array.of(0) }],
    ['a negative number of rows', { numRows: -1 }],
  ];
  it.each(bad)('%s', (_name, change) => {
    const plan = forged(change);
    const [rows, w] = [tf.zeros<tf.Rank.R2>([3, 4]), tf.zeros<tf.Rank.R3>([2, 4, 5])];
    const before = tf.memory().numTensors;
    expect(() => dispatch(rows, plan)).toThrow(coded);
    expect(() => groupedMatMul(rows, w, plan)).toThrow(coded);
    expect(() => groupedLinear(rows, w, undefined, plan)).toThrow(coded);
    expect(() => expertRows(tf.zeros([2, 5]), plan)).toThrow(coded);
    expect(() => combine(rows, tf.zeros([3, 2]), plan)).toThrow(coded);
    expect(tf.memory().numTensors - before).toBe(2); // the zeros given to expertRows and combine
  });
  it('a copy of a good plan is as good', () => {
    expect(dispatch(tf.ones([3, 4]), forged({})).shape).toEqual([3, 4]);
  });
  it.each([-1, 1.5, NaN])('%s tokens do not make a dense plan', (tokens) => {
    expect(() => densePlan(tokens)).toThrow(expect.objectContaining({ code: 'KERNELS_VALUE' }));
  });
  it.each([NaN, Infinity])('combine weights of %s', (value) => {
    const weights = tf.tensor2d([[1, 0], [value, 1], [0, 0]]); // prettier-ignore
    expect(() => combine(tf.zeros([3, 4]), weights, good())).toThrow(
      expect.objectContaining({
        code: 'KERNELS_NON_FINITE',
        message: expect.stringContaining('token 1 and expert 0'),
      }),
    );
  });
});

describe('options of groupedLinear are checked before anything is computed', () => {
  const linear = (options: LinearOptions) =>
    groupedLinear(tf.zeros([3, 4]), tf.zeros([1, 4, 5]), undefined, densePlan(3), options);
  it.each([
    ['half precision on a backend without it', { precision: 'f16' }, 'KERNELS_PRECISION'],
    ['bfloat16 on a backend without it', { precision: 'bf16' }, 'KERNELS_PRECISION'],
    ['a precision that is none', { precision: 'f8' as 'f16' }, 'KERNELS_PRECISION'],
    ['an activation it does not know', { activation: 'tanh' as 'relu' }, 'KERNELS_VALUE'],
  ] as const)('%s', (_name, options, code) => {
    expect(() => linear(options)).toThrow(expect.objectContaining({ code }));
  });
});

describe('unknown options, which plain JavaScript may pass, are named', () => {
  const none = undefined as never;
  const mask = () => tf.ones<tf.Rank.R2>([2, 3]);
  it.each([
    ['null for a plan', () => dispatchPlan(mask(), null as never), 'options of dispatchPlan'],
    ['a misspelt bound', () => dispatchPlan(mask(), { maxRow: 2 } as never), 'got maxRow'],
    ['no limit', () => limitCapacity(mask(), mask(), none), 'options of limitCapacity'],
    ['no rule', () => selectOnHost(mask(), none), 'decide as a function'],
    ['more tokens than a plan can count', () => densePlan(1e12), 'numTokens'],
  ] as const)('%s', (_name, act, words) => {
    expect(act).toThrow(
      expect.objectContaining({ code: 'KERNELS_VALUE', message: expect.stringContaining(words) }),
    );
  });
});

describe('stopGradient', () => {
  it('shares values and passes no gradient', () => {
    const x = tf.tensor1d([1, 2, 3]);
    const gradient = tf.grad((v) => tf.mul(v, stopGradient(v)).sum())(x);
    expect(Array.from(gradient.dataSync())).toEqual([1, 2, 3]); // v * const, not 2v
  });
  it('outlives its source', () => {
    const x = tf.tensor1d([1, 2]);
    const copy = stopGradient(x);
    x.dispose();
    expect(Array.from(copy.dataSync())).toEqual([1, 2]);
    copy.dispose();
  });
});
