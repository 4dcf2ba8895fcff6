// Runs in a browser page: routing and a grouped product on WebGPU, forward and backward; posts what came of it.
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-webgpu';
import {
  combine,
  dispatch,
  dispatchPlan,
  groupedMatMul,
  selectTopK,
  stopGradient,
  watchDevice,
} from '@moekit/kernels';
import { offerSubgroups } from '@moekit/kernels/webgpu';

async function compute(backend) {
  await tf.setBackend(backend);
  const x = tf.tensor2d(
    Float32Array.from({ length: 80 }, (_, i) => Math.sin(i)),
    [10, 8],
  );
  const gate = tf.tensor2d(
    Float32Array.from({ length: 24 }, (_, i) => Math.cos(3 * i)),
    [8, 3],
  );
  const w = tf.tensor3d(
    Float32Array.from({ length: 192 }, (_, i) => Math.sin(5 * i)),
    [3, 8, 8],
  );
  const layer = (x, gate, w) => {
    const logits = tf.matMul(x, gate);
    const mask = selectTopK(stopGradient(logits), 2);
    const plan = dispatchPlan(mask, { maxRows: 20 });
    const y = groupedMatMul(dispatch(x, plan), w, plan);
    return combine(y, tf.mul(tf.softmax(logits), mask), plan);
  };
  const results = tf.tidy(() => [
    layer(x, gate, w),
    ...tf.grads((...inputs) => layer(...inputs).sum())([x, gate, w]),
  ]);
  const numbers = await Promise.all(results.map(async (t) => [...(await t.data())]));
  return { backend: tf.getBackend(), numbers };
}

async function report() {
  const { gpu } = globalThis.navigator;
  const adapter = await gpu.requestAdapter();
  offerSubgroups(gpu);
  await tf.setBackend('webgpu');
  const subgroups = {
    adapter: adapter.features.has('subgroups'),
    device: tf.backend().device.features.has('subgroups'),
  };
  const watch = watchDevice();
  const webgpu = await compute('webgpu');
  await watch.check();
  return { subgroups, webgpu, cpu: await compute('cpu'), agent: globalThis.navigator.userAgent };
}

report()
  .catch((error) => ({ error: String(error) }))
  .then((result) => globalThis.fetch('/result', { method: 'POST', body: JSON.stringify(result) }));
