import { defineRouter, maskTokens, MoekitError } from '@moekit/core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { add, cast, mod, oneHot, zerosLike } from '@tensorflow/tfjs-core';
import { z } from 'zod';

/** The expert is the token id modulo E (Hash layers, 2106.04426): nothing to learn. */
export const hash = defineRouter({
  name: 'hash',
  apiVersion: 1,
  options: z.strictObject({}),
  create: ({ numExperts }) => ({
    name: 'hash',
    numExperts,
    causal: true,
    expertsPerToken: 1,
    route(_x, { tokenIds, tokenMask }) {
      if (!tokenIds) {
        throw new MoekitError('MOE_ROUTING', {
          asked: 'A hash router needs context.tokenIds',
          got: 'none',
          fix: 'Pass the token ids of the batch.',
        });
      }
      const probs = oneHot(
        cast(mod(tokenIds, numExperts), 'int32'),
        numExperts,
        1,
        0,
        'float32',
      ) as Tensor2D;
      const mask = maskTokens(probs, tokenMask);
      return {
        combineWeights: mask,
        dispatchMask: add(mask, 0),
        logits: zerosLike(probs),
        probs,
        losses: [],
      };
    },
    flopsPerToken: () => 0,
    variables: () => [],
    dispose: () => undefined,
  }),
});
