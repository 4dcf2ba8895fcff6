import { createRng, gumbelArray, normalArray, uniformArray } from '@moekit/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const draws = (seed: number, n = 8) => {
  const rng = createRng(seed);
  return Array.from({ length: n }, () => rng.uniform());
};

describe('rng', () => {
  it('gives the same numbers for the same seed, and others for its neighbour', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        expect(draws(seed)).toEqual(draws(seed));
        expect(draws(seed)).not.toEqual(draws(seed + 1));
      }),
    );
  });

  it('never changes its stream between versions', () => {
    // Written down from the first release: results of older runs must stay reproducible.
    expect(draws(42, 3)).toMatchInlineSnapshot(`
      [
        0.8751931765810312,
        0.5043767987490336,
        0.2484708256475594,
      ]
    `);
    const forked = createRng(42).fork('gate');
    expect([forked.uniform(), forked.normal(), forked.integer(1000)]).toMatchInlineSnapshot(`
      [
        0.7292015407057912,
        1.6866005540345834,
        768,
      ]
    `);
  });

  it('forks by label and seed, not by how far it was read', () => {
    const [fresh, read] = [createRng(7), createRng(7)];
    draws(7).forEach(() => read.uniform());
    expect(read.fork('noise').uniform()).toBe(fresh.fork('noise').uniform());
    expect(fresh.fork('noise').uniform()).not.toBe(fresh.fork('jitter').uniform());
    expect(createRng(8).fork('noise').uniform()).not.toBe(fresh.fork('noise').uniform());
  });

  it('draws arrays from the stream of single numbers, and goes on behind them', () => {
    fc.assert(
      fc.property(fc.integer(), fc.nat(50), (seed, n) => {
        const [one, many] = [createRng(seed), createRng(seed)];
        const each = (draw: () => number) => Float32Array.from({ length: n }, draw);
        expect(uniformArray(many, n, -0.3, 1.7)).toEqual(each(() => -0.3 + 2 * one.uniform()));
        expect(normalArray(many, n, 3)).toEqual(each(() => 3 * one.normal()));
        const gumbel = () => -Math.log(-Math.log(one.uniform()));
        expect(gumbelArray(many, n)).toEqual(each(gumbel));
        expect(many.uniform()).toBe(one.uniform());
        const own = { ...one }; // a source made elsewhere
        expect(uniformArray(own, n)).toEqual(uniformArray(many, n));
        expect(normalArray(own, n)).toEqual(normalArray(many, n));
      }),
    );
  });

  it('stays in range', () => {
    const rng = createRng(1);
    const whole = Array.from({ length: 1000 }, () => rng.integer(6));
    expect(new Set(whole)).toEqual(new Set([0, 1, 2, 3, 4, 5]));
    expect(uniformArray(rng, 1000, -2, 3).every((u) => u >= -2 && u < 3)).toBe(true);
  });

  it('draws normals of mean 0 and the asked deviation', () => {
    const n = 20_000;
    const values = normalArray(createRng(3), n, 2);
    const mean = values.reduce((sum, v) => sum + v, 0) / n;
    const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / n;
    expect(Math.abs(mean)).toBeLessThan(4 * (2 / Math.sqrt(n))); // 4 standard errors
    expect(Math.abs(variance - 4)).toBeLessThan(4 * 4 * Math.sqrt(2 / n));
  });
});
