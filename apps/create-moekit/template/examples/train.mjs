import {
  createRng,
  createRouter,
  FeedForwardExperts,
  MoELayer,
  totalRouterLoss,
} from '@moekit/core';
import * as tf from '@tensorflow/tfjs';

import router from '../dist/index.js';

// One MoE layer under the router learns to reverse its input.
const sizes = { modelWidth: 16, numExperts: 8, seed: 1 };
const layer = new MoELayer({
  router: createRouter(router, sizes, { k: 2 }),
  experts: new FeedForwardExperts({ ...sizes, expertWidth: 32 }),
});
const x = tf.randomNormal([64, 16], 0, 1, 'float32', 1);
const target = tf.reverse(x, 1);
const optimizer = tf.train.adam(1e-2);
for (let step = 1; step <= 20; step++) {
  const loss = optimizer.minimize(() => {
    const { output, routing } = layer.call(x, { training: true, rng: createRng(step) });
    return tf.add(tf.losses.meanSquaredError(target, output), totalRouterLoss(routing.losses));
  }, true);
  console.log(`step ${step}: loss ${loss.dataSync()[0].toFixed(4)}`);
  loss.dispose();
}
