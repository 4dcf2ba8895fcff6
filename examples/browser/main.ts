import {
  createRng,
  createRouter,
  FeedForwardExperts,
  MoELayer,
  totalRouterLoss,
} from '@moekit/core';
import { thresholdRouter } from '@moekit/router-threshold';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import plain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import threads from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';
import * as tf from '@tensorflow/tfjs-core';
// tfjs-core alone registers no gradients
import '@tensorflow/tfjs-core/dist/register_all_gradients';

// Vite copies these files next to the page: nothing is fetched from elsewhere
setWasmPaths({
  'tfjs-backend-wasm.wasm': plain,
  'tfjs-backend-wasm-simd.wasm': simd,
  'tfjs-backend-wasm-threaded-simd.wasm': threads,
});
await tf.setBackend('wasm');

const sizes = { modelWidth: 16, numExperts: 8, seed: 1 };
const layer = new MoELayer({
  router: createRouter(thresholdRouter, sizes, { threshold: 0.8, capacityFactor: 2 }),
  experts: new FeedForwardExperts({ ...sizes, expertWidth: 32 }),
});
const x = tf.randomNormal<tf.Rank.R2>([64, 16], 0, 1, 'float32', 1);
const target = tf.reverse(x, 1);
const optimizer = tf.train.adam(1e-2);
const list = document.querySelector('ol')!;

for (let step = 0; step < 20; step++) {
  const loss = optimizer.minimize(() => {
    const { output, routing } = layer.call(x, { training: true, rng: createRng(step) });
    const error = tf.losses.meanSquaredError(target, output) as tf.Scalar;
    return tf.add<tf.Scalar>(error, totalRouterLoss(routing.losses));
  }, true);
  const [value] = await loss!.data();
  list.append(Object.assign(document.createElement('li'), { textContent: value!.toFixed(4) }));
  loss!.dispose();
}
document.body.dataset['backend'] = tf.getBackend();
