import { assertFinite, countTokens, createGate, defineRouter, expertCapacity, maskTokens, select, selectOnHost } from '@moekit/core'; // prettier-ignore
import { mul, softmax } from '@tensorflow/tfjs-core';
import { z } from 'zod';

/** Each expert takes its best tokens (2202.09368): looks across tokens, so it is not causal. */
export const expertChoice = defineRouter({
  name: 'expert-choice',
  apiVersion: 1,
  options: z.strictObject({ perToken: z.number().positive().default(2) }),
  create(spec, { perToken }) {
    const gate = createGate(spec);
    return {
      name: 'expert-choice',
      numExperts: spec.numExperts,
      causal: false,
      expertsPerToken: perToken,
      route(x, { tokenMask }) {
        const logits = gate.logits(x); // [T,E]
        assertFinite(logits);
        const probs = softmax(logits); // [T,E]
        const present = countTokens(x.shape[0], tokenMask);
        const rows = expertCapacity(present, spec.numExperts, { capacityFactor: perToken, minCapacity: 0 }); // prettier-ignore
        const offered = maskTokens(probs, tokenMask); // padding offers 0, below everyone
        const mask = select(offered, (s) => selectOnHost(s, (...of) => best(rows, ...of)));
        const dispatchMask = maskTokens(mask, tokenMask);
        return {
          combineWeights: mul(probs, dispatchMask),
          dispatchMask,
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

function best(rows: number, scores: Float32Array, tokens: number, experts: number): Float32Array {
  const mask = new Float32Array(scores.length);
  for (let e = 0; e < experts; e++) {
    Array.from({ length: tokens }, (_, t) => t * experts + e)
      .sort((a, b) => scores[b]! - scores[a]! || a - b)
      .slice(0, rows)
      .forEach((at) => (mask[at] = 1));
  }
  return mask;
}
