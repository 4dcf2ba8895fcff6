import {
  createGate,
  defineRouter,
  limitCapacity,
  loadBalancingLoss,
  maskTokens,
  select,
  selectTopK,
  assignmentFractions,
  countTokens,
  zLoss,
} from '@moekit/core';
import { mul, softmax } from '@tensorflow/tfjs-core';
import { z } from 'zod';

/** A well-behaved router with capacity, against which the checks themselves are tested. */
export const topTwo = defineRouter({
  name: 'top-two',
  apiVersion: 1,
  options: z.strictObject({
    capacityFactor: z.number().positive().default(1.25),
    balance: z.number().min(0).default(0.01),
  }),
  create(spec, { capacityFactor, balance: coefficient }) {
    const gate = createGate(spec);
    return {
      name: 'top-two',
      numExperts: spec.numExperts,
      causal: true,
      expertsPerToken: 2,
      route: (x, { dropFree, tokenMask }) => {
        const logits = gate.logits(x); // [T,E]
        const probs = softmax(logits); // [T,E]
        const selectionMask = select(logits, (s) => maskTokens(selectTopK(s, 2), tokenMask));
        const first = select(logits, (s) => maskTokens(selectTopK(s, 1), tokenMask));
        const tokens = countTokens(x.shape[0], tokenMask);
        const capacity = Math.ceil((2 * capacityFactor * tokens) / spec.numExperts);
        const dispatchMask = dropFree
          ? selectionMask
          : select(logits, (s) =>
              limitCapacity(selectionMask, s, { capacity, priority: 'rank-then-arrival' }),
            );
        const fractions = assignmentFractions(first, 'token', tokenMask);
        const balance = loadBalancingLoss(probs, fractions, { tokenMask });
        return {
          combineWeights: mul(probs, dispatchMask),
          dispatchMask,
          selectionMask,
          ...(!dropFree && { capacity: Math.min(capacity, tokens) }),
          logits,
          probs,
          losses: [
            { name: 'load-balancing', value: balance, coefficient, atBalance: 1 },
            { name: 'z-loss', value: zLoss(logits, tokenMask), coefficient: 1e-3, atBalance: null },
          ],
        };
      },
      flopsPerToken: gate.flopsPerToken,
      variables: gate.variables,
      dispose: gate.dispose,
    };
  },
});
