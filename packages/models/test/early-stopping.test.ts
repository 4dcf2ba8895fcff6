import '@tensorflow/tfjs';
import { memory, setBackend } from '@tensorflow/tfjs-core';
import { lastValueFrom, toArray } from 'rxjs';
import { beforeAll, describe, expect, test } from 'vitest';

import type { TrainOptions } from '../src/contract.js';
import { smallTraining } from '../src/presets.js';
import type { Task } from '../src/task.js';
import { createLanguageTask } from '../src/tasks/language/language-task.js';
import { AdamW } from '../src/training/adamw.js';
import { EarlyStopping } from '../src/training/early-stopping.js';
import { parseTrainOptions } from '../src/training/options.js';
import { train } from '../src/training/train.js';
import { createLanguageModel } from '../src/transformer/language-model.js';
import { alphabetData, tinyConfig } from './tiny.js';

/** The step at which a series of losses ends; null where none does. */
function endOf(losses: readonly number[], options: Partial<TrainOptions>): number | null {
  const stopping = new EarlyStopping(options);
  for (const [i, loss] of losses.entries()) {
    stopping.observe(i + 1, loss);
    if (stopping.isOver) return i + 1;
  }
  return null;
}

describe('EarlyStopping', () => {
  test.each([
    ['counts evaluations in a row', [3, 2, 2.5, 1.9, 2, 2], { patience: 2 }, 6],
    ['takes an equal loss for no improvement', [3, 3, 3], { patience: 2 }, 3],
    [
      'wants more than the least improvement',
      [3, 2.95, 2.9],
      { patience: 2, minImprovement: 0.1 },
      3,
    ],
    [
      'adds small improvements up',
      [3, 2.95, 2.85, 2.8],
      { patience: 2, minImprovement: 0.1 },
      null,
    ],
    ['takes what is no number for no improvement', [3, NaN, Infinity], { patience: 2 }, 3],
    ['waits for a first number', [NaN, NaN, 3, 2], { patience: 3 }, null],
    ['never ends without patience', [1, 2, 3, 4, 5], {}, null],
  ])('%s', (_, losses, options, end) => {
    expect(endOf(losses, options)).toBe(end);
  });

  test('resumes from its state wherever it was', () => {
    const losses = [3, 2, 2.5, 2.4, 1, 1.5, 1.4, 1.3, 0.5];
    const options = { patience: 3 };
    for (let at = 0; at < losses.length; at++) {
      const before = new EarlyStopping(options);
      losses.slice(0, at).forEach((loss, i) => before.observe(i + 1, loss));
      const after = new EarlyStopping(options, JSON.parse(JSON.stringify(before.state)) as never);
      let end: number | null = before.isOver ? at : null;
      losses.slice(at).forEach((loss, i) => {
        if (end !== null) return;
        after.observe(at + i + 1, loss);
        if (after.isOver) end = at + i + 1;
      });
      expect(end, `resumed after ${at}`).toBe(8);
    }
  });
});

describe('options of patience', () => {
  const parse = (options: object) => () => parseTrainOptions({ ...smallTraining, ...options });

  test.each([
    [
      'an improvement that nothing waits for',
      { minImprovement: 0.1 },
      /minImprovement: says what patience/,
    ],
    ['patience without evaluations', { patience: 2 }, /patience: counts evaluations/],
    ['no patience at all', { patience: 0, evaluateEvery: 1 }, /patience/],
    ['a negative improvement', { patience: 1, evaluateEvery: 1, minImprovement: -1 }, /minImprov/],
  ])('%s is refused', (_, options, message) => {
    expect(parse(options)).toThrow(message);
  });
});

describe('a training with patience', () => {
  beforeAll(() => setBackend('cpu'));

  const options = {
    ...smallTraining,
    steps: 30,
    warmupSteps: 0,
    evaluateEvery: 2,
    evaluationBatches: 1,
  };

  function start() {
    const model = createLanguageModel({ ...tinyConfig, vocabSize: 256 });
    const task: Task = createLanguageTask(model, alphabetData(), { batchSize: 2 });
    return { model, task };
  }

  test('ends after an evaluation, says why, and leaks nothing', async () => {
    const before = memory().numTensors;
    const { model, task } = start();
    const patient = { ...options, patience: 2, minImprovement: 100 }; // no loss falls so far
    const events = await lastValueFrom(train(task, patient).pipe(toArray()));
    expect(events.filter(({ type }) => type === 'evaluation').map(({ step }) => step)).toEqual([
      2, 4, 6,
    ]);
    const last = events.at(-1)!;
    expect(last).toMatchObject({ type: 'early-stop', step: 6, minImprovement: 100 });
    expect(last).toMatchObject({ earlyStopping: { best: { step: 2 }, waited: 2 } });
    model.dispose();
    expect(memory().numTensors).toBe(before);
  });

  test('one that is over takes no step; one that reaches its last step did not stop early', async () => {
    const { model, task } = start();
    const patient = { ...options, steps: 4, patience: 1, minImprovement: 100 };
    const state = { best: { step: 2, loss: 1 }, waited: 1 };
    const optimiser = new AdamW(model.namedVariables(), patient);
    const over = { optimiser, earlyStopping: new EarlyStopping(patient, state) };
    expect(await lastValueFrom(train(task, patient, over).pipe(toArray()))).toEqual([]);
    const events = await lastValueFrom(train(task, patient).pipe(toArray()));
    expect(events.map(({ type }) => type)).not.toContain('early-stop');
    optimiser.dispose();
    model.dispose();
  });
});
