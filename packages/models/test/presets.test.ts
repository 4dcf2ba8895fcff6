import '@tensorflow/tfjs';
import { setBackend } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { createLanguageModel } from '../src/transformer/language-model.js';
import { smallBatchSize, smallLanguageModel, smallTraining } from '../src/presets.js';
import { parseTrainOptions } from '../src/training/options.js';

test('the presets are valid and as small as their comments say', async () => {
  await setBackend(process.env['MOEKIT_TEST_BACKEND'] ?? 'cpu');
  const model = createLanguageModel(smallLanguageModel);
  expect(model.parameterCount()).toBe(68_304);
  model.dispose();
  const { steps } = parseTrainOptions(smallTraining);
  expect(steps * smallBatchSize * smallLanguageModel.contextLength).toBe(76_800);
});
