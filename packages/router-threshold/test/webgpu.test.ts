import type { RouterPlugin } from '@moekit/core';
import {
  createRng,
  createRouter,
  createTokenMask,
  encodeStatistics,
  FeedForwardExperts,
  MoELayer,
  totalRouterLoss,
  watchDevice,
} from '@moekit/core';
import { useWebGpu } from '@moekit/core/testing';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it, vi } from 'vitest';

import { dTopPRouter, expertThresholdRouter, thresholdRouter, topPRouter } from '../src/index.js';

const missing = await useWebGpu();
vi.setConfig({ testTimeout: 240_000 }); // a software adapter compiles a product's program for seconds

const sizes = { modelWidth: 8, numExperts: 4, seed: 1 };
const values = Float32Array.from({ length: 20 * 8 }, (_, i) => Math.sin(i * 1.7));
const stats = { tokens: 17, selectedPairs: 20 } as never;
const CUTS = { cuts: [0.1, -0.2, 0.05, 0] };

/** Output, losses, statistics and gradients of a layer after two steps, still on the device. */
function forwardAndBackward(plugin: RouterPlugin, options: object): tf.Tensor[] {
  const router = createRouter(plugin, sizes, options);
  for (let step = 0; step < 2; step++) router.afterStep?.(stats, CUTS);
  const layer = new MoELayer({
    router,
    experts: new FeedForwardExperts({ ...sizes, expertWidth: 12 }),
  });
  const trained = layer.variables().filter(({ trainable }) => trainable);
  const taken: tf.Tensor[] = [];
  const { value, grads } = tf.variableGrads(() => {
    const tokenMask = createTokenMask(Float32Array.from({ length: 20 }, (_, t) => +(t < 17)));
    tf.neg(tokenMask); // as attention before the layer does: the mask is on the device from here on
    const context = { training: true, rng: createRng(1), tokenMask };
    const { output, routing } = layer.call(tf.tensor2d(values, [20, 8]), context);
    const statistics = encodeStatistics(routing).values;
    if (statistics) taken.push(tf.keep(statistics));
    return tf.add<tf.Scalar>(tf.sum(tf.square(output)), totalRouterLoss(routing.losses));
  }, trained);
  const gradients = trained.map(({ name }) => grads[name]!);
  layer.dispose();
  return [value, ...taken, ...gradients];
}

async function numbersOf(results: tf.Tensor[]): Promise<number[][]> {
  const numbers = await Promise.all(results.map(async (t) => [...(await t.data())]));
  tf.dispose(results);
  return numbers;
}

const rows: [string, RouterPlugin, object][] = [
  ['threshold within the top 3', thresholdRouter, { within: 3, threshold: 0.7, normalise: true }],
  ['top-p', topPRouter, { p: 0.5 }],
  ['d-top-p', dTopPRouter, {}],
  ['expert-threshold', expertThresholdRouter, { warmUpSteps: 1 }],
  ['expert-threshold in its warm-up', expertThresholdRouter, { warmUp: 'expert-choice' }],
];

describe.skipIf(missing)(missing ? `webgpu (skipped: ${missing})` : 'webgpu', () => {
  it.each(rows)('%s reads nothing back and computes what the cpu does', async (...row) => {
    const [, plugin, options] = row;
    const watch = watchDevice();
    const { backend } = tf.engine();
    const mapped = vi.spyOn(GPUBuffer.prototype, 'mapAsync');
    const reads = [vi.spyOn(backend, 'read'), vi.spyOn(backend, 'readSync'), mapped];
    const results = forwardAndBackward(plugin, options);
    expect(reads.map((spy) => spy.mock.calls.length)).toEqual([0, 0, 0]);
    reads.forEach((spy) => spy.mockRestore());
    const got = await numbersOf(results);
    await watch.check();
    watch.stop();
    await tf.setBackend('cpu');
    const want = await numbersOf(forwardAndBackward(plugin, options));
    await tf.setBackend('webgpu');
    expect(got.map((numbers) => numbers.length)).toEqual(want.map((numbers) => numbers.length));
    got.forEach((numbers, i) =>
      numbers.forEach((value, j) => expect(value).toBeCloseTo(want[i]![j]!, 4)),
    );
  });
});
