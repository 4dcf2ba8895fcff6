import { createGate, defineRouter, gatedRouter, parameter } from '@moekit/core';
import type { Rank, Tensor2D } from '@tensorflow/tfjs-core';
import {
  cast,
  less,
  mul,
  onesLike,
  range,
  softmax,
  sum,
  tensor1d,
  tidy,
} from '@tensorflow/tfjs-core';
import { z } from 'zod';

/** Takes the first n experts; n is state that goes down by one with each step, to 1, by the statistics that it hands out. */
export const stateful = defineRouter({
  name: 'stateful',
  apiVersion: 1,
  options: z.strictObject({}),
  create(spec) {
    const { numExperts } = spec;
    const gate = createGate(spec);
    const count = parameter<Rank.R1>(Float32Array.of(numExperts), [1], false);
    return gatedRouter(spec, {
      name: 'stateful',
      expertsPerToken: null,
      gates: [gate],
      state: [
        {
          afterStep: (_, { taken }) =>
            tidy(() => {
              const used = taken!.filter((n) => n > 0).length;
              count.assign(tensor1d([Math.max(1, used - 1)]));
            }),
          variables: () => [count],
          dispose: () => count.dispose(),
        },
      ],
      route(x) {
        const logits = gate.logits(x); // [T,E]
        const first = cast(less(range(0, numExperts), count), 'float32'); // [E]
        const mask: Tensor2D = mul(onesLike(logits), first);
        const probs = softmax(logits);
        return {
          combineWeights: mul(probs, mask),
          dispatchMask: mask,
          logits,
          probs,
          losses: [],
          statistics: { taken: { values: sum(mask, 0), over: 'sum' } },
        };
      },
    });
  },
});
