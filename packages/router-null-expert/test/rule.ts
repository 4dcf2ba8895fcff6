import type { RouteContext, Routing } from '@moekit/core';
import { createRng, createRouter, normalArray } from '@moekit/core';
import { tensor2d, tidy } from '@tensorflow/tfjs-core';
import fc from 'fast-check';

import type { NullExpertRule } from '../src/index.js';
import { nullExpertRouter } from '../src/index.js';
import type { Matrix } from './reference.js';

/** The paper's rule for kMax slots and M null copies. */
export const ruleOf = (
  kMax: number,
  nullCopies: number,
  over: Partial<NullExpertRule> = {},
): NullExpertRule => ({
  kMax,
  nullCopies,
  kind: 'zero',
  gateNorm: 'real',
  balanceCoefficient: 0.02,
  fraction: 'assignment',
  zLossCoefficient: 0.001,
  zLossOver: 'expanded',
  ...over,
});

export const context = (over: Partial<RouteContext> = {}): RouteContext => ({
  training: false,
  rng: createRng(0),
  ...over,
});

export const rows = (values: Float32Array, columns: number): Matrix =>
  Array.from({ length: values.length / columns }, (_, r) =>
    Array.from(values.subarray(r * columns, (r + 1) * columns)),
  );

export const randomRows = (seed: number, count: number, columns: number, spread = 1): Matrix =>
  rows(normalArray(createRng(seed), count * columns, spread), columns);

/** Raw logits [T][N+1] with kMax <= N and M >= kMax. */
export const problem = fc
  .record({
    tokens: fc.integer({ min: 1, max: 10 }),
    experts: fc.integer({ min: 1, max: 8 }),
    kMax: fc.integer({ min: 1, max: 8 }),
    moreNulls: fc.integer({ min: 0, max: 9 }),
    spread: fc.constantFrom(0.5, 2, 6),
    tied: fc.boolean(),
    seed: fc.nat(),
  })
  .map(({ tokens, experts, kMax: wanted, moreNulls, spread, tied, seed }) => {
    const kMax = Math.min(wanted, experts);
    const raw = randomRows(seed, tokens, experts + 1, spread);
    const logits = tied ? raw.map((row) => row.map(Math.round)) : raw;
    return { logits, kMax, nullCopies: kMax + moreNulls };
  });

/** The spec of most tests. */
export const spec = { modelWidth: 6, numExperts: 8, seed: 3 };

/** Builds a router, routes `tokens` random tokens, reads what `read` returns. */
export function routed<Result>(
  options: unknown,
  read: (routing: Routing) => Result,
  { tokens = 16, ...over }: Partial<RouteContext> & { tokens?: number } = {},
): Result {
  const router = createRouter(nullExpertRouter, spec, options);
  const box: { result?: Result } = {};
  tidy(() => {
    box.result = read(router.route(tensor2d(randomRows(5, tokens, 6)), context(over)));
  });
  router.dispose();
  return box.result as Result;
}
