import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { startBackend } from '@moekit/backends';
import { memory } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { compare, parseExperiment, registryOf, resultsSchema } from '../src/index.js';

const tiny = {
  model: { contextLength: 8, modelWidth: 8, numHeads: 2, feedForwardWidth: 16 },
  training: {
    steps: 2,
    batchSize: 2,
    evaluations: 1,
    evaluationBatches: 1,
    finalEvaluationBatches: 1,
  },
  seeds: [1],
  backend: 'cpu' as const,
};
const file = fileURLToPath(new URL('plugins/every-expert.ts', import.meta.url));
const moe = { router: file, options: {} };

test('a comparison in one process: matched rows, counted FLOPs, valid results, nothing leaked', async () => {
  await startBackend('cpu');
  const before = memory().numTensors;
  const results = await compare({ ...tiny, routers: [{ router: 'dense' }, moe] }, registryOf([]));
  expect(memory().numTensors).toBe(before);
  expect(resultsSchema.parse(results)).toEqual(results);
  const [dense, every] = results.rows.map(({ figures }) => figures!);
  expect(every!.match).toMatchObject({ numExperts: 16, expertWidth: 8, computeRatio: 1 });
  // every expert computes every token: 16 experts of 4 D d_e, and a gate of 2 D N
  expect(every!.expertsPerToken).toBe(16);
  expect(every!.flops.evaluation.moe).toBe(16 * 4 * 8 * 8 + 2 * 8 * 16);
  expect(every!.flops.expected.moe).toBe(2 * 4 * 8 * 8 + 2 * 8 * 16);
  expect(dense!.flops.evaluation).toEqual(dense!.flops.expected);
  expect(dense!.flops.expected.moe).toBe(4 * 8 * 16);
  // outside the MoE layer the models are the same size
  const biases = { dense: 16 + 8, moe: 16 * (8 + 8) };
  const layer = { dense: 2 * 8 * 16 + biases.dense, moe: 16 * 2 * 8 * 8 + biases.moe + 8 * 16 };
  expect(every!.parameters - dense!.parameters).toBe(layer.moe - layer.dense);
});

test('a trial that throws fails alone', async () => {
  const broken = { router: file, options: { broken: true }, label: 'broken' };
  const routers = [{ router: 'dense' }, broken];
  const before = memory().numTensors;
  const { rows } = await compare({ ...tiny, routers }, registryOf([]));
  expect(rows[1]!.errors).toMatchObject([{ seed: 1, code: 'MOE_ROUTE' }]);
  expect(rows[1]!.errors[0]!.message).toContain('threw an error in route: broken on purpose');
  expect(rows[0]!.figures).not.toBeNull();
  expect(memory().numTensors).toBe(before);
});

test('the example in docs/benchmark-method.md is an experiment', () => {
  const url = new URL('../../../docs/benchmark-method.md', import.meta.url);
  const blocks = [...readFileSync(url, 'utf8').matchAll(/```json\n([^]*?)```/g)];
  expect(blocks.length).toBeGreaterThan(0);
  for (const [, json] of blocks) expect(() => parseExperiment(JSON.parse(json!))).not.toThrow();
});
