import { describe, expect, test } from 'vitest';

import { matchSizes } from '../src/run/match.js';

const input = { modelWidth: 64, feedForwardWidth: 256, expertParameters: 8 };

describe('matchSizes', () => {
  test.each([
    [1, 8, 256],
    [2, 16, 128],
    [4, 32, 64],
    [0.5, 4, 512],
  ])('%d experts per token: %d experts of width %d', (k, numExperts, expertWidth) => {
    expect(matchSizes(k, input)).toEqual({
      numExperts,
      expertWidth,
      expectedExperts: k,
      parameterRatio: 8,
      computeRatio: 1,
    });
  });

  test('a router that does not say is taken as one expert per token, and the row says so', () => {
    expect(matchSizes(null, input)).toMatchObject({ numExperts: 8, expectedExperts: null });
  });

  test('sizes that do not divide are rounded and the ratios tell', () => {
    const { numExperts, expertWidth, parameterRatio, computeRatio } = matchSizes(3, input);
    expect([numExperts, expertWidth]).toEqual([24, 85]);
    expect(parameterRatio).toBeCloseTo((24 * 85) / 256, 12);
    expect(computeRatio).toBeCloseTo((3 * 85) / 256, 12);
  });

  test.each([0, -1, NaN, Infinity, 0.01])('%d experts per token cannot be matched', (k) => {
    expect(() => matchSizes(k, input)).toThrowError(
      expect.objectContaining({ code: 'BENCH_MATCH' }),
    );
  });
});
