import {
  assertFinite,
  countTokens,
  createGate,
  defineRouter,
  expertCapacity,
  maskTokens,
  select,
  selectOnHost,
} from '@moekit/core';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { mul, softmax } from '@tensorflow/tfjs-core';
import { z } from 'zod';

/** Expert choice (arXiv 2202.09368): each expert takes the tokens that score it highest, c T/E of them. */
export default defineRouter({
  name: 'expert-choice',
  apiVersion: 1,
  options: z.strictObject({
    capacityFactor: z.number().positive().default(2), // c, experts per token on average
  }),
  create(spec, { capacityFactor }) {
    const experts = spec.numExperts;
    const gate = createGate(spec);
    return {
      name: 'expert-choice',
      numExperts: experts,
      causal: false, // an expert compares a token with every other, later ones included
      expertsPerToken: Math.min(capacityFactor, experts),
      route(x, { tokenMask }) {
        const logits = gate.logits(x); // [T,E]
        assertFinite(logits);
        const probs = softmax(logits); // S, [T,E]
        const tokens = countTokens(x.shape[0], tokenMask);
        const capacity = expertCapacity(tokens, experts, { capacityFactor, minCapacity: 0 }); // k
        const mask = chooseTokens(logits, capacity, tokenMask);
        return {
          combineWeights: mul(probs, mask),
          dispatchMask: mask,
          maxPairs: experts * capacity,
          capacity,
          logits,
          probs,
          losses: [],
        };
      },
      flopsPerToken: gate.flopsPerToken,
      variables: gate.variables,
      dispose: gate.dispose,
    };
  },
});

/**
 * The `capacity` likeliest tokens of each column, padding left out; a tie goes to the earlier token. Softmax in float64:
 * in float32 backends round it differently, and would choose differently between equal logits.
 */
function chooseTokens(logits: Tensor2D, capacity: number, tokenMask?: Tensor1D): Tensor2D {
  const real = tokenMask?.dataSync<'float32'>();
  const decide = (z: Float32Array, numTokens: number, numExperts: number) => {
    const mask = new Float32Array(z.length);
    const sums = Array.from({ length: numTokens }, (_, t) => {
      const row = z.subarray(t * numExperts, (t + 1) * numExperts);
      const largest = Math.max(...row);
      return largest + Math.log(row.reduce((sum, v) => sum + Math.exp(v - largest), 0));
    });
    const tokens = Array.from({ length: numTokens }, (_, t) => t).filter((t) => real?.[t] !== 0);
    for (let e = 0; e < numExperts; e++) {
      const score = (t: number) => z[t * numExperts + e]! - sums[t]!;
      const ranked = [...tokens].sort((a, b) => score(b) - score(a) || a - b);
      ranked.slice(0, capacity).forEach((t) => (mask[t * numExperts + e] = 1));
    }
    return mask;
  };
  return select(logits, (z) => maskTokens(selectOnHost(z, decide), tokenMask));
}
