import {
  createRng,
  createRouter,
  FeedForwardExperts,
  MoELayer,
  totalRouterLoss,
} from '@moekit/core';
import { topKRouter } from '@moekit/router-topk';
import * as tf from '@tensorflow/tfjs';

// Four kinds of input, each with a linear map of its own: one expert per kind is enough.
const [kinds, rows, width] = [4, 64, 8];
const centres = tf.randomNormal([kinds, 1, width], 0, 2, 'float32', 1);
const noise = tf.randomNormal([kinds, rows, width], 0, 1, 'float32', 2);
const maps = tf.randomNormal([kinds, width, width], 0, 0.5, 'float32', 3);
const inputs = tf.add(centres, noise);
const x = tf.reshape(inputs, [-1, width]) as tf.Tensor2D; // [T,D], kind after kind
const y = tf.reshape(tf.matMul(inputs, maps), [-1, width]) as tf.Tensor2D;

const sizes = { modelWidth: width, numExperts: kinds, seed: 1 };
const layer = new MoELayer({
  router: createRouter(topKRouter, sizes, { k: 1 }),
  experts: new FeedForwardExperts({ ...sizes, expertWidth: 32 }),
});

const optimizer = tf.train.adam(1e-2);
for (let step = 1; step <= 200; step++) {
  const loss = optimizer.minimize(() => {
    const { output, routing } = layer.call(x, { training: true, rng: createRng(step) });
    return tf.add(tf.losses.meanSquaredError(y, output), totalRouterLoss(routing.losses));
  }, true)!;
  if (step === 1 || step % 50 === 0) console.log('step', step, 'loss', (await loss.data())[0]);
  loss.dispose();
}

// Rows are kinds, columns are experts.
const { routing } = layer.call(x, { training: false, rng: createRng(0) });
const counts = tf.sum(tf.reshape(routing.dispatchMask, [kinds, rows, kinds]), 1);
console.log('tokens of each kind (row) per expert (column)');
console.log((await counts.array()) as number[][]);
