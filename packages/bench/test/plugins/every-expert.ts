import { createGate, defineRouter } from '@moekit/core';
import { mul, onesLike, softmax } from '@tensorflow/tfjs-core';
import { z } from 'zod';

/** Aims at two experts per token and takes all of them, so that expected and measured compute differ. */
export default defineRouter({
  name: 'every-expert',
  apiVersion: 1,
  options: z.strictObject({ broken: z.boolean().default(false) }),
  create(spec, { broken }) {
    const gate = createGate(spec);
    return {
      name: 'every-expert',
      numExperts: spec.numExperts,
      causal: true,
      expertsPerToken: 2,
      route(x) {
        if (broken) throw new Error('broken on purpose');
        const logits = gate.logits(x); // [T,E]
        const probs = softmax(logits);
        const mask = onesLike(probs);
        return { logits, probs, dispatchMask: mask, combineWeights: mul(probs, mask), losses: [] };
      },
      flopsPerToken: () => gate.flopsPerToken(),
      variables: () => gate.variables(),
      dispose: () => gate.dispose(),
    };
  },
});
