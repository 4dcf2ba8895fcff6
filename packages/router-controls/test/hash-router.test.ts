import '@tensorflow/tfjs';
import { isMoekitError } from '@moekit/core';
import { tensor1d } from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';

import { hashRouter } from '../src/index.js';
import { chosen, products, routed, softmaxOver, tokens } from './routed.js';

const ids = (values: number[]) => ({ tokenIds: tensor1d(values, 'int32') });
const experts = (values: number[], options = {}, seed = 4) => {
  const x = tokens(values.length);
  return routed(hashRouter, options, ids(values), { x, seed }).mask.map(chosen);
};

describe('hash', () => {
  it('gives an id the same experts wherever it stands and whatever its token is', () => {
    const [a, b, c, d] = experts([40, 7, 40, 7]);
    expect(a).toEqual(c);
    expect(b).toEqual(d);
    expect(experts([7])[0]).toEqual(b);
  });

  it('draws another table from another seed', () => {
    const some = Array.from({ length: 40 }, (_, id) => id);
    expect(experts(some, {}, 5)).not.toEqual(experts(some, {}, 4));
  });

  it('gives each id k different experts, and each expert an even share of the ids', () => {
    const rows = experts([...Array(600).keys()], { k: 2 });
    expect(rows.every((row) => row.length === 2)).toBe(true);
    const loads = [0, 1, 2, 3, 4, 5].map((e) => rows.filter((row) => row.includes(e)).length);
    // 600 draws of probability 1/3: five standard deviations are 58
    loads.forEach((load) => expect(Math.abs(load - 200)).toBeLessThan(58));
  });

  it('wraps ids beyond the table', () => {
    const [low, high] = experts([3, 3 + 17], { tableSize: 17 });
    expect(low).toEqual(high);
  });

  it('weighs the experts alike, and has them as its probabilities', () => {
    const { combine, probs } = routed(hashRouter, { k: 2 }, ids([1, 2, 3]), { x: tokens(3) });
    expect(combine.flat().filter((weight) => weight !== 0)).toEqual(Array(6).fill(0.5));
    expect(probs).toEqual(combine);
  });

  it('learned: weighs them by a softmax over the experts of the table', () => {
    const x = tokens(4);
    const given = ids([1, 2, 3, 4]);
    const { weights, mask, combine } = routed(hashRouter, { k: 3, weights: 'learned' }, given, {
      x,
    });
    products(x, weights[0]!).forEach((z, t) => {
      const expected = softmaxOver(z, chosen(mask[t]!));
      expected.forEach((w, e) => expect(combine[t]![e]).toBeCloseTo(w, 6));
    });
    const unlearned = routed(hashRouter, { k: 3 }, given, { x });
    expect(mask).toEqual(unlearned.mask);
  });

  it('is refused without ids', () => {
    let refusal: unknown;
    try {
      routed(hashRouter, {}, {});
    } catch (error) {
      refusal = error;
    }
    expect(isMoekitError(refusal) && refusal.code).toBe('MOE_CONTEXT');
    expect(String(refusal)).toContain('tokenIds');
  });

  it('is refused with more experts per token than there are', () => {
    expect(() => routed(hashRouter, { k: 7 }, ids([1]))).toThrow(/k = 7.*1 to 6/);
  });

  it('is refused with a table that no memory holds', () => {
    const make = () => routed(hashRouter, { tableSize: 2 ** 40 }, ids([1]));
    expect(make).toThrow(/tableSize = 1099511627776.*at most 16777216/);
  });
});
