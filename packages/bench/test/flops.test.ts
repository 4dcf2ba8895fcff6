import { startBackend } from '@moekit/backends';
import { memory } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { compare, registryOf } from '../src/index.js';
import plugin from './plugins/every-expert.js';

const D = 8;
const L = 8;
const F = 16;
const V = 256;
const STEPS = 3;
const BATCH = 2;

const experiment = {
  model: { contextLength: L, modelWidth: D, numLayers: 2, numHeads: 2, feedForwardWidth: F },
  training: {
    steps: STEPS,
    batchSize: BATCH,
    evaluations: 1,
    evaluationBatches: 1,
    finalEvaluationBatches: 1,
  },
  seeds: [1],
  backend: 'cpu' as const,
};

/** Every token to all E experts: what is dispatched is known without running anything. */
const EXPERTS = 4;
const WIDTH = 6;
const SHARED = 5;
const routers = [
  { router: 'dense' },
  {
    router: plugin.name,
    experts: { numExperts: EXPERTS, expertWidth: WIDTH, sharedWidth: SHARED },
    evaluateAs: [{ label: 'again', options: {} }],
  },
];

test('FLOPs equal a count by hand: router, experts, attention, rest, forward and backward', async () => {
  await startBackend('cpu');
  const before = memory().numTensors;
  const { rows } = await compare({ ...experiment, routers }, registryOf([plugin]));
  expect(memory().numTensors).toBe(before);
  const [dense, every, again] = rows.map(({ figures }) => figures!);

  // a product of [m,k] and [k,n] is 2 m k n; two layers: queries, keys, values, output, scores, weighted values
  const attention = 2 * (2 * D * 3 * D + 2 * D * D + 2 * L * D + 2 * L * D);
  const feedForward = 2 * D * F + 2 * F * D;
  const rest = feedForward + 2 * D * V; // the first layer is dense everywhere; the output projection
  const denseTotal = attention + feedForward + rest;
  expect(dense!.flops.evaluation).toEqual({
    router: 0,
    experts: feedForward,
    moe: feedForward,
    attention,
    rest,
    total: denseTotal,
  });

  const router = 2 * D * EXPERTS;
  const experts = EXPERTS * (2 * D * WIDTH + 2 * WIDTH * D) + (2 * D * SHARED + 2 * SHARED * D);
  const total = router + experts + attention + rest;
  for (const kind of ['evaluation', 'training'] as const) {
    expect(every!.flops[kind]).toEqual({ router, experts, moe: router + experts, attention, rest, total }); // prettier-ignore
  }

  // each product Y = X W of the forward pass takes two in the backward pass: dX = dY W^T and dW = X^T dY
  const forward = STEPS * BATCH * L * total;
  expect(every!.trainingFlops).toEqual({ forward, backward: 2 * forward, total: 3 * forward });
  expect(every!.paddingFlops).toBe(0);

  // evaluated again under the same options, the trained weights give the same figures
  expect(again!.flops.evaluation).toEqual(every!.flops.evaluation);
  expect(again!.metrics['loss']!.value).toEqual(every!.metrics['loss']!.value);
  expect(rows[2]).toMatchObject({ label: 'again', trainedAs: rows[1]!.label });
  const [trial] = rows[1]!.trials;
  expect(trial!.layers[0]).toMatchObject({ expertsPerToken: EXPERTS, expertsHistogram: [0, 0, 0, 0, 1] }); // prettier-ignore
}, 120_000);
