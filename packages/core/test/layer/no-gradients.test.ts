import '@tensorflow/tfjs-backend-cpu';
import { createRng, createRouter, FeedForwardExperts, isMoekitError, MoELayer } from '@moekit/core';
import { useBackend } from '@moekit/core/testing';
import { tensor2d, tidy } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';

import { topTwo } from '../routers/top-two.js';

// This file alone loads no '@tensorflow/tfjs': a worker of its own, in which no gradients are registered.

const sizes = { modelWidth: 2, numExperts: 2, seed: 1 };

it.skipIf(process.env['MOEKIT_TEST_BACKEND_DIR'])(
  'a layer evaluates without registered gradients, and refuses to train',
  async () => {
    await expect(useBackend('cpu')).rejects.toThrow(/import '@tensorflow\/tfjs'/);
    const layer = new MoELayer({
      router: createRouter(topTwo, sizes),
      experts: new FeedForwardExperts({ ...sizes, expertWidth: 3 }),
    });
    const call = (training: boolean) =>
      tidy(
        () => layer.call(tensor2d([[1, 2]]), { training, rng: createRng(1) }).output.shape as never,
      );
    expect(call(false)).toEqual([1, 2]);
    try {
      call(true);
      expect.unreachable();
    } catch (error) {
      expect(isMoekitError(error) && error.code).toBe('MOE_NO_GRADIENTS');
    }
    layer.dispose();
  },
);
