import '@tensorflow/tfjs-backend-cpu';
import { createRng, createRouter, FeedForwardExperts, isMoekitError, MoELayer } from '@moekit/core';
import { useBackend } from '@moekit/core/testing';
import { tensor2d, tidy } from '@tensorflow/tfjs-core';

import { topTwo } from '../routers/top-two.js';

// A program that loads no '@tensorflow/tfjs', so that no gradients are registered.

const sizes = { modelWidth: 2, numExperts: 2, seed: 1 };

const refusal = await useBackend('cpu').catch((error: unknown) => String(error));
const layer = new MoELayer({
  router: createRouter(topTwo, sizes),
  experts: new FeedForwardExperts({ ...sizes, expertWidth: 3 }),
});

const call = (training: boolean) =>
  tidy(() => layer.call(tensor2d([[1, 2]]), { training, rng: createRng(1) }).output.shape as never);

function codeOf(compute: () => unknown): string {
  try {
    compute();
  } catch (error) {
    return isMoekitError(error) ? error.code : String(error);
  }
  return 'nothing thrown';
}

console.log(
  JSON.stringify({ refusal, evaluated: call(false), training: codeOf(() => call(true)) }),
);
