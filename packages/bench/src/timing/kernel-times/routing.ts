import type { Rng } from '@moekit/core';

import type { KernelCase } from './cases.js';

/** A fixed routing with a case's load: float32 0/1 [T*E], k distinct experts for each token, less what is not kept. */
export function drawMask(shape: KernelCase, rng: Rng): Float32Array {
  const { tokens, numExperts, k, kept = 1 } = shape;
  const popularity = Array.from({ length: numExperts }, (_, e) =>
    shape.load === 'zipf' ? 1 / (e + 1) : 1,
  );
  const mask = new Float32Array(tokens * numExperts);
  for (let t = 0; t < tokens; t++) {
    for (const e of drawDistinct(popularity, k, rng).slice(0, keptPairs(t, k * kept))) {
      mask[t * numExperts + e] = 1;
    }
  }
  return mask;
}

/** `mean` pairs per token on average, as evenly as whole numbers allow. */
function keptPairs(token: number, mean: number): number {
  return Math.floor((token + 1) * mean) - Math.floor(token * mean);
}

/** k different experts, each draw in proportion to popularity (Gumbel top-k: Kool 2019, 1903.06059). */
function drawDistinct(popularity: readonly number[], k: number, rng: Rng): number[] {
  const keys = popularity.map(
    (p, e) => [Math.log(p) - Math.log(-Math.log(rng.uniform())), e] as const,
  );
  return keys
    .sort((a, b) => b[0] - a[0])
    .slice(0, k)
    .map(([, e]) => e);
}
