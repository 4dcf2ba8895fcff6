import {
  assertFinite,
  createGate,
  defineRouter,
  maskTokens,
  MoekitError,
  parameter,
  select,
  selectOnHost,
} from '@moekit/core';
import type { Rank, Tensor2D, Variable } from '@tensorflow/tfjs-core';
import { add, logSigmoid, mul, sigmoid, softmax, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { z } from 'zod';

/** Loss-free balancing (arXiv 2408.15664): top-k of s + b, weighted by s; b rises for experts that get too little. */
export default defineRouter({
  name: 'bias-balanced',
  apiVersion: 1,
  options: z.strictObject({
    k: z.int().min(1).default(2),
    updateRate: z.number().min(0).default(1e-3), // u, the paper's value
  }),
  create(spec, { k, updateRate }) {
    const experts = spec.numExperts;
    if (k > experts) {
      throw new MoekitError('MOE_OPTIONS', {
        asked: `k must be at most the number of experts, ${experts}`,
        got: String(k),
        fix: 'Lower k, or give the layer more experts.',
      });
    }
    const gate = createGate(spec);
    const bias = parameter<Rank.R2>(new Float32Array(experts), [1, experts], false); // b, state
    return {
      name: 'bias-balanced',
      numExperts: experts,
      causal: true,
      expertsPerToken: k,
      route(x, { tokenMask }) {
        const logits = gate.logits(x); // [T,E]
        assertFinite(logits);
        const scores = sigmoid(logits); // s
        const mask = maskTokens(highest(logits, bias, k), tokenMask);
        const probs = softmax(logSigmoid(logits)); // s / sum s, for entropy and reports
        return { combineWeights: mul(scores, mask), dispatchMask: mask, logits, probs, losses: [] };
      },
      afterStep({ tokensPerExpert }) {
        const mean = tokensPerExpert.reduce((sum, n) => sum + n, 0) / experts;
        const step = tokensPerExpert.map((n) => updateRate * Math.sign(mean - n));
        tidy(() => bias.assign(add(bias, tensor2d(step, [1, experts]))));
      },
      flopsPerToken: gate.flopsPerToken,
      variables: () => [...gate.variables(), bias],
      dispose: () => [...gate.variables(), bias].forEach((v) => v.dispose()),
    };
  },
});

/** The k highest s + b of each token, ties to the lower expert. In float64: float32 sigmoids of equal logits may differ. */
function highest(logits: Tensor2D, bias: Variable<Rank.R2>, k: number): Tensor2D {
  const decide = (z: Float32Array, numTokens: number, numExperts: number) => {
    const b = bias.dataSync<'float32'>();
    const mask = new Float32Array(z.length);
    for (let t = 0; t < numTokens; t++) {
      const score = (e: number) => 1 / (1 + Math.exp(-z[t * numExperts + e]!)) + b[e]!;
      const ranked = [...b.keys()].sort((a, c) => score(c) - score(a) || a - c);
      ranked.slice(0, k).forEach((e) => (mask[t * numExperts + e] = 1));
    }
    return mask;
  };
  return select(logits, (z) => selectOnHost(z, decide));
}
