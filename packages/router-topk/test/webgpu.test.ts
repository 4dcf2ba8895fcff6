import type { RouterPlugin } from '@moekit/core';
import {
  createRng,
  createRouter,
  createTokenMask,
  FeedForwardExperts,
  MoELayer,
  totalRouterLoss,
  watchDevice,
} from '@moekit/core';
import { useWebGpu } from '@moekit/core/testing';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it, vi } from 'vitest';

import {
  deepseekV3Router,
  lossFreeRouter,
  quantileBalancedRouter,
  sparseMixerRouter,
  switchRouter,
  topKRouter,
} from '../src/index.js';

const missing = await useWebGpu();
vi.setConfig({ testTimeout: 240_000 }); // a software adapter compiles a product's program for seconds

const sizes = { modelWidth: 8, numExperts: 4, seed: 1 };
const values = Float32Array.from({ length: 20 * 8 }, (_, i) => Math.sin(i * 1.7));

/** Output sum and gradients of a layer built on the current backend, still on the device. */
function forwardAndBackward(plugin: RouterPlugin, options: object): tf.Tensor[] {
  const layer = new MoELayer({
    router: createRouter(plugin, sizes, options),
    experts: new FeedForwardExperts({ ...sizes, expertWidth: 12 }),
  });
  const { value, grads } = tf.variableGrads(() => {
    const tokenMask = createTokenMask(Float32Array.from({ length: 20 }, (_, t) => +(t < 17)));
    tf.neg(tokenMask); // as attention before the layer does: the mask is on the device from here on
    const context = { training: true, rng: createRng(1), tokenMask };
    const { output, routing } = layer.call(tf.tensor2d(values, [20, 8]), context);
    return tf.add<tf.Scalar>(tf.sum(tf.square(output)), totalRouterLoss(routing.losses));
  });
  const gradients = layer.variables().flatMap(({ name }) => grads[name] ?? []); // state has none
  layer.dispose();
  return [value, ...gradients];
}

async function numbersOf(results: tf.Tensor[]): Promise<number[][]> {
  const numbers = await Promise.all(results.map(async (t) => [...(await t.data())]));
  tf.dispose(results);
  return numbers;
}

describe.skipIf(missing)(missing ? `webgpu (skipped: ${missing})` : 'webgpu', () => {
  const cases: readonly (readonly [plugin: RouterPlugin, options: object])[] = [
    [topKRouter, { capacityFactor: null }],
    [topKRouter, { capacityFactor: 1 }],
    [topKRouter, { capacityFactor: 1, minCapacity: 1, priority: 'batch' }],
    [topKRouter, { capacityFactor: 1, minCapacity: 1, priority: 'probability', capacityPer: 10 }],
    [switchRouter, { jitter: 0, minCapacity: 1, priority: 'arrival' }],
    [deepseekV3Router, { k: 2, groups: 2, keptGroups: 1 }],
    [lossFreeRouter, {}],
    [quantileBalancedRouter, {}],
    [quantileBalancedRouter, { bins: 0 }],
    [sparseMixerRouter, {}],
  ];
  const named = cases.map(([plugin, options]) => ({
    name: `${plugin.name} ${JSON.stringify(options)}`,
    make: () => forwardAndBackward(plugin, options),
  }));

  it.each(named)('$name reads nothing back and computes what the cpu does', async ({ make }) => {
    const watch = watchDevice();
    const { backend } = tf.engine();
    const mapped = vi.spyOn(GPUBuffer.prototype, 'mapAsync');
    const reads = [vi.spyOn(backend, 'read'), vi.spyOn(backend, 'readSync'), mapped];
    const results = make();
    expect(reads.map((spy) => spy.mock.calls.length)).toEqual([0, 0, 0]);
    reads.forEach((spy) => spy.mockRestore());
    const got = await numbersOf(results);
    await watch.check();
    watch.stop();
    await tf.setBackend('cpu');
    const want = await numbersOf(make());
    await tf.setBackend('webgpu');
    got.forEach((numbers, i) =>
      numbers.forEach((value, j) => expect(value).toBeCloseTo(want[i]![j]!, 4)),
    );
  });
});
