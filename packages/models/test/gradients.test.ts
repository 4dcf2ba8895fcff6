import '@tensorflow/tfjs';
import { totalRouterLoss } from '@moekit/core';
import { crossEntropy } from '@moekit/kernels/nn';
import { add, memory, setBackend, tensor1d, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';

import type { LanguageModel, LanguageModelConfig, MoEFactory } from '../src/contract.js';
import { createLanguageTask } from '../src/tasks/language/language-task.js';
import { batchGradients } from '../src/training/batch-gradients.js';
import { createLanguageModel } from '../src/transformer/language-model.js';
import { alphabetData, nudged, randomTokens, scaleBy, tinyConfig } from './tiny.js';
import { top1Factory } from './top1-router.js';

const EPSILON = 4e-3;

beforeAll(() => setBackend(process.env['MOEKIT_TEST_BACKEND'] ?? 'cpu'));

const taskOf = (model: LanguageModel) =>
  createLanguageTask(model, { ...alphabetData(), vocabSize: 11 }, { batchSize: 2 });

/** Elements of each variable that are checked. */
const samples = (size: number) => Array.from({ length: 4 }, (_, i) => (i * 7) % size);

test.each<[string, Partial<LanguageModelConfig>, MoEFactory | undefined]>([
  ['a dense model', {}, undefined],
  ['learned positions', { positions: 'learned' }, undefined],
  ['swiglu', { activation: 'swiglu' }, undefined],
  ['a model with an MoE layer', {}, top1Factory()],
])('every gradient of %s is the slope of the loss', (_name, change, factory) => {
  const model = createLanguageModel({ ...tinyConfig, ...change }, factory);
  const batch = { size: 2, tokens: randomTokens(12), targets: randomTokens(12, 11, 2) };
  // the norm of rows as small as the initial ones curves too much within EPSILON
  scaleBy(model.namedVariables().get('embedding.weight')!, 20);
  const lossAt = () =>
    tidy(() => {
      const input = tensor2d(batch.tokens, [2, 6], 'int32');
      const { logits, losses } = model.forward(input, { training: true, seed: 1 });
      const loss = crossEntropy(logits, tensor1d(batch.targets, 'int32'));
      return add(loss, totalRouterLoss(losses)).dataSync()[0]!;
    });
  const { gradients, report } = batchGradients(taskOf(model), batch, 1);
  report.dispose();
  for (const [name, v] of model.namedVariables()) {
    const exact = gradients[v.name]!.dataSync();
    for (const i of samples(v.size)) {
      const up = nudged(v, i, EPSILON, lossAt);
      const down = nudged(v, i, -EPSILON, lossAt);
      // float32 losses near 2.4 resolve slopes to about 6e-5; curvature adds less at this step
      expect((up - down) / (2 * EPSILON), `${name}[${i}]`).toBeCloseTo(exact[i]!, 3);
    }
  }
  Object.values(gradients).forEach((g) => g.dispose());
  model.dispose();
});

test('a batch leaves nothing behind', () => {
  const model = createLanguageModel(tinyConfig, top1Factory());
  const batch = { size: 2, tokens: randomTokens(12), targets: randomTokens(12, 11, 2) };
  const before = memory().numTensors;
  const { gradients, report } = batchGradients(taskOf(model), batch, 1);
  Object.values(gradients).forEach((g) => g.dispose());
  report.dispose();
  expect(memory().numTensors).toBe(before);
  model.dispose();
});
