import '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

import { createRng, createRouter, normalArray } from '@moekit/core';
import type { Routing } from '@moekit/core';
import { useBackend } from '@moekit/core/testing';
import { thresholdRouter } from '@moekit/router-threshold';
import { topKRouter } from '@moekit/router-topk';
import { tensor1d, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';

const spec = { modelWidth: 12, numExperts: 16, seed: 4 };
const TOKENS = 64;
/** Some tokens so sharp that the share of one expert rounds to 1, and some tied. */
const values = normalArray(createRng(5), TOKENS * 12).map((v, i) =>
  i < 12 * 8 ? 60 * v : i >= 12 * 60 ? 0 : v,
);
const tokenMask = Float32Array.from({ length: TOKENS }, (_, t) => +(t % 5 !== 0));

const bytes = ({ combineWeights, dispatchMask, probs, logits }: Routing) =>
  [combineWeights, dispatchMask, probs, logits].map((tensor) => [...tensor.dataSync()]);

describe.each(['cpu', 'wasm'])('within: k at threshold 1 on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it.each([
    [1, true],
    [2, true],
    [5, false],
    [16, true],
  ])('gives the bytes of topk with k = %i, normalise %s', (k, normalise) => {
    const within = { threshold: 1, within: k, normalise, capacityFactor: null };
    const share = createRouter(thresholdRouter, spec, within);
    const topK = createRouter(topKRouter, spec, { k, normalise });
    for (const training of [true, false]) {
      tidy(() => {
        const context = { training, rng: createRng(1), tokenMask: tensor1d(tokenMask) };
        const [got, want] = [share, topK].map((router) =>
          router.route(tensor2d(values, [TOKENS, 12]), context),
        );
        expect(bytes(got!)).toEqual(bytes(want!));
        expect(got!.maxPairs).toBe(want!.maxPairs);
      });
    }
    [share, topK].forEach((router) => router.dispose());
  });

  it('at a lower threshold no token computes more, and some compute less', () => {
    const router = createRouter(thresholdRouter, spec, { within: 5, threshold: 0.6 });
    const counts = tidy(() => {
      const { dispatchMask } = router.route(tensor2d(values, [TOKENS, 12]), {
        training: false,
        rng: createRng(1),
      });
      return (dispatchMask.arraySync() as number[][]).map((row) => row.reduce((a, b) => a + b));
    });
    router.dispose();
    expect(Math.max(...counts)).toBeLessThanOrEqual(5);
    expect(counts.some((count) => count < 5)).toBe(true);
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(1);
  });
});
