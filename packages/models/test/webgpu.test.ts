import { watchDevice } from '@moekit/core';
import { useWebGpu } from '@moekit/core/testing';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it, vi } from 'vitest';

import type { LanguageModel } from '../src/contract.js';
import { createLanguageModel } from '../src/transformer/language-model.js';
import { randomInput, tinyConfig } from './tiny.js';
import { top1Factory } from './top1-router.js';

const missing = await useWebGpu();
vi.setConfig({ testTimeout: 240_000 }); // a software adapter compiles a product's program for seconds

const create = () => createLanguageModel(tinyConfig, top1Factory());

/** Logits of one batch, and with `training` the sum of each gradient behind them: float32 [n], on the device. */
function pass(model: LanguageModel, batchSize: number, training: boolean): tf.Tensor1D {
  return tf.tidy(() => {
    const input = randomInput(batchSize, 6, batchSize);
    const logits = () => model.forward(input, { training, dropFree: true, seed: 1 }).logits;
    if (!training) return logits().flatten();
    const { value, grads } = tf.variableGrads(() => logits().square().mean<tf.Scalar>());
    return tf.stack([value, ...Object.values(grads).map((g) => g.sum())]).flatten();
  });
}

/** The results of several passes of a model, with batches of other sizes between them, and with gradients. */
async function passes(model: LanguageModel): Promise<number[][]> {
  const results: number[][] = [];
  const plan = [[2, false], [3, false], [2, true], [2, true], [1, false], [2, false]] as const; // prettier-ignore
  for (const [batchSize, training] of plan) {
    const result = pass(model, batchSize, training);
    results.push([...(await result.data())]);
    result.dispose();
  }
  return results;
}

describe.skipIf(missing)(missing ? `webgpu (skipped: ${missing})` : 'webgpu', () => {
  it('a model computes what it does on the cpu, pass after pass, and the next model too', async () => {
    const watch = watchDevice();
    const before = tf.memory().numTensors;
    const got: number[][] = [];
    for (let i = 0; i < 2; i++) {
      const model = create();
      got.push(...(await passes(model)));
      model.dispose();
      expect(tf.memory().numTensors).toBe(before);
    }
    await watch.check();
    watch.stop();
    await tf.setBackend('cpu');
    const model = create();
    const want = await passes(model);
    model.dispose();
    await tf.setBackend('webgpu');
    [...want, ...want].forEach((numbers, i) => {
      expect(got[i]).toHaveLength(numbers.length);
      numbers.forEach((value, j) => expect(got[i]![j]).toBeCloseTo(value, 4));
    });
  });
});
