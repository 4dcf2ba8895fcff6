import '@tensorflow/tfjs';

import { createRng, createRouter, normalArray } from '@moekit/core';
import { max, mean, setBackend, sum, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';

import { thresholdRouter } from '../src/index.js';
import { context } from './layer.js';

/**
 * An untrained router at D = 768, t = 0.9, unit-normal inputs: 1,024 tokens here, 8,192 where the figures come from (the
 * reference routing under torch's default init). Tolerance 3 % relative: one draw of the gate moves the mean logit
 * variance by about that, and the figures are rounded to three digits.
 */
const TOLERANCE = 0.03;
const TOKENS = 1024;
const D = 768;
const rows = [
  { N: 8, gamma: 1, wanted: 6.74, kept: 1, top1: 0.252, mass: 0.254 },
  { N: 16, gamma: 2, wanted: 12.8, kept: 2, top1: 0.152, mass: 0.268 },
  { N: 32, gamma: 4, wanted: 24.9, kept: 4, top1: 0.09, mass: 0.275 },
  { N: 8, gamma: 8, wanted: 6.73, kept: 6.73, top1: 0.252, mass: 0.936 },
];

beforeAll(() => setBackend(process.env['MOEKIT_TEST_BACKEND'] ?? 'cpu'));

describe.each(rows)('an untrained router, N=$N gamma=$gamma', (row) => {
  it('wants nearly every expert, and capacity decides what is kept', () => {
    const got = statistics(row.N, row.gamma);
    for (const name of ['wanted', 'kept', 'top1', 'mass'] as const) {
      const error = Math.abs(got[name] / row[name] - 1);
      expect(error, `${name}: got ${got[name]}, want ${row[name]}`).toBeLessThan(TOLERANCE);
    }
    expect(Math.abs(got.balance - 1)).toBeLessThan(0.01);
  });
});

function statistics(N: number, capacityFactor: number) {
  const spec = { modelWidth: D, numExperts: N, seed: 11 };
  const router = createRouter(thresholdRouter, spec, { capacityFactor });
  const read = tidy(() => {
    const x = tensor2d(normalArray(createRng(2), TOKENS * D), [TOKENS, D]);
    const routing = router.route(x, context({ training: true }));
    const wanted = routing.selectionMask ?? routing.dispatchMask;
    return {
      wanted: (sum(wanted).arraySync() as number) / TOKENS,
      kept: (sum(routing.dispatchMask).arraySync() as number) / TOKENS,
      top1: mean(max(routing.probs, 1)).arraySync() as number,
      mass: (sum(routing.combineWeights).arraySync() as number) / TOKENS,
      balance: routing.losses[0]!.value.arraySync(),
    };
  });
  router.dispose();
  return read;
}
