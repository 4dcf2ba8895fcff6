import { findExperiment, presetOf } from '@moekit/bench';
import type { RouterPlugin } from '@moekit/core';
import {
  createRng,
  createRouter,
  createTokenMask,
  FeedForwardExperts,
  MoELayer,
  totalRouterLoss,
} from '@moekit/core';
import { useWebGpu } from '@moekit/core/testing';
import * as tf from '@tensorflow/tfjs';
import { builtInPlugins } from 'moekit';
import { describe, expect, it, vi } from 'vitest';

const missing = await useWebGpu();
vi.setConfig({ testTimeout: 240_000 }); // a software adapter compiles a product's program for seconds

const [BATCH, LENGTH, WIDTH] = [2, 10, 8];
const TOKENS = BATCH * LENGTH;
const sizes = { modelWidth: WIDTH, numExperts: 16, seed: 1 };
const values = Float32Array.from({ length: TOKENS * WIDTH }, (_, i) => Math.sin(i * 1.7));
const real = Float32Array.from({ length: TOKENS }, (_, t) => Number(t % LENGTH < LENGTH - 1));

const zoo = presetOf(findExperiment('routers/zoo'), 'large');
const rows = zoo.routers!.flatMap((row) =>
  typeof row === 'string' || row.router === 'dense'
    ? []
    : [{ name: row.router, options: { ...row.options } }],
);

/** Loss and gradients of a training pass through a layer built on the current backend, still on the device. */
function forwardAndBackward(plugin: RouterPlugin, options: object): tf.Tensor[] {
  const layer = new MoELayer({
    router: createRouter(plugin, sizes, options),
    experts: new FeedForwardExperts({ ...sizes, expertWidth: 12 }),
  });
  const { value, grads } = tf.variableGrads(() => {
    const tokenMask = createTokenMask(real);
    tf.neg(tokenMask); // as attention before the layer does: the mask is on the device from here on
    const ids = tf.range(0, TOKENS, 1, 'int32');
    const labels = tf.cast(tf.floorDiv(ids, tf.scalar(5, 'int32')), 'int32') as tf.Tensor1D;
    const given = { tokenIds: ids, labels, sequences: { batch: BATCH, length: LENGTH } };
    const context = { training: true, rng: createRng(1), tokenMask, ...given };
    const { output, routing } = layer.call(tf.tensor2d(values, [TOKENS, WIDTH]), context);
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
  it.each(rows)('$name trains on the device alone, as on the cpu', async ({ name, options }) => {
    const plugin = (await builtInPlugins().routers.get(name)!.load())!;
    const mapped = vi.spyOn(GPUBuffer.prototype, 'mapAsync');
    const reads = [
      ...['read', 'readSync'].map((how) => vi.spyOn(tf.engine().backend, how as never)),
      mapped,
    ];
    const results = forwardAndBackward(plugin, options);
    expect(reads.map((spy) => spy.mock.calls.length)).toEqual([0, 0, 0]);
    reads.forEach((spy) => spy.mockRestore());
    const got = await numbersOf(results);
    await tf.setBackend('cpu');
    const want = await numbersOf(forwardAndBackward(plugin, options));
    await tf.setBackend('webgpu');
    expect(got.map(({ length }) => length)).toEqual(want.map(({ length }) => length));
    got.forEach((numbers, i) =>
      numbers.forEach((value, j) => expect(value).toBeCloseTo(want[i]![j]!, 3)),
    );
  });
});
