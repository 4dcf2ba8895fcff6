import '@tensorflow/tfjs';
import type { Routing } from '@moekit/core';
import { createRng } from '@moekit/core';
import { setBackend, tensor1d, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';

import { asTensors } from '../../src/tasks/vision-language/as-tensors.js';
import { readFigures } from '../../src/tasks/vision-language/figures.js';
import { sumByGroup } from '../../src/tasks/vision-language/modality-sums.js';
import { top1Factory } from '../top1-router.js';
import { tinySource, tinyTask } from './tiny-scenes.js';

beforeAll(() => setBackend(process.env['MOEKIT_TEST_BACKEND'] ?? 'cpu'));

/** Five tokens, two slots each: ink, background, background, word, padding. */
function routing(): Routing {
  const dispatched = [
    [1, 1],
    [0, 0],
    [1, 0],
    [0, 1],
    [0, 0],
  ];
  const selected = [
    [1, 1],
    [0, 0],
    [1, 0],
    [1, 1],
    [0, 0],
  ]; // the word lost one to capacity
  const [mask, wanted] = [dispatched, selected].map((rows) => tensor2d(rows));
  const zeroCompute = { mass: tensor1d([0, 1, 0, 0, 0]), slots: tensor1d([0, 2, 1, 0, 0]) };
  const scores = tensor2d(new Float32Array(10), [5, 2]);
  return {
    combineWeights: mask!,
    dispatchMask: mask!,
    selectionMask: wanted!,
    logits: scores,
    probs: scores,
    losses: [],
    zeroCompute,
  };
}

const groups = [
  [1, 0, 0, 0, 0],
  [0, 1, 1, 0, 0],
  [0, 0, 0, 1, 0],
  [0, 0, 0, 0, 0],
];

describe('compute by kind of token', () => {
  const figures = (layers = 1) => {
    const sums = tidy(() => [
      ...sumByGroup(Array.from({ length: layers }, routing), tensor2d(groups)).dataSync(),
    ]);
    return readFigures([...new Array<number>(8).fill(0), ...sums]);
  };

  test('is what a count by hand gives', () => {
    const got = figures();
    expect(got['tokens.vision']).toBe(3 / 4);
    expect(got['tokens.text']).toBe(1 / 4);
    // real experts: ink 2, background 0 + 1, word 1; slots: 2, 2 + 2, 2
    expect(got['intensity.ink']).toBe(1);
    expect(got['intensity.background']).toBe(1 / 4);
    expect(got['intensity.vision']).toBe(3 / 6);
    expect(got['intensity.text']).toBe(1 / 2);
    expect(got['share.vision']).toBe(3 / 4);
    expect(got['share.words']).toBe(1 / 4);
    expect(got['zeroCompute.background']).toBe(1 / 2);
    expect(got['zeroCompute.vision']).toBe(1 / 3);
    expect(got['zeroCompute.text']).toBe(0);
    expect(got['experts.ink']).toBe(2);
    expect(got['experts.vision']).toBe(1);
  });

  test('is given layer by layer and over all layers', () => {
    const got = figures(2);
    expect(got['intensity.vision.layer1']).toBe(1 / 2);
    expect(got['intensity.vision']).toBe(1 / 2);
    expect(got['experts.vision']).toBe(1);
    expect(got['tokens.vision']).toBe(3 / 4);
    expect(got['share.vision.layer0']! + got['share.text.layer0']!).toBe(1);
  });

  test('is left out for kinds of tokens that do not occur', () => {
    const names = Object.keys(figures());
    expect(names.filter((name) => name.includes('filler'))).toEqual(['tokens.filler']);
    expect(names).not.toContain('accuracy');
  });

  test('is left out for a dense model', () => {
    expect(Object.keys(readFigures([1, 0, 0, 0, 2, 0, 0, 0, 9, 9, 9, 9]))).toEqual([
      'accuracy',
      'accuracy.which',
    ]);
  });
});

describe('answers', () => {
  test.each(['answer', 'text'] as const)(
    'are right when all their words are, with the loss on %s',
    (lossOn) => {
      const { model, task, source } = tinyTask({ batchSize: 40, source: tinySource({}, lossOn) });
      const batch = task.trainingBatch(1, createRng(2));
      const [figures, logits] = tidy(() => [
        [...task.pass(batch, { training: false }).figures!.dataSync()],
        [...model.forward(asTensors(batch), { training: false }).logits.dataSync()],
      ]);
      const width = source.vocabulary.size;
      const wrong = new Set<number>();
      batch.targetIds.forEach((id, n) => {
        const row = logits!.slice(n * width, (n + 1) * width);
        if (row.indexOf(Math.max(...row)) !== id) wrong.add(batch.targetOwners[n]!);
      });
      wrong.delete(40);
      expect(figures!.slice(0, 4).reduce((sum, n) => sum + n)).toBe(40 - wrong.size);
      expect(figures!.slice(4, 8).reduce((sum, n) => sum + n)).toBe(40);
      expect(Math.min(...figures!.slice(4, 8))).toBeGreaterThan(0);
      model.dispose();
    },
  );

  test('count for nothing while one word is wrong, and for all when none is', () => {
    const source = tinySource({ questions: ['count'] });
    const { model, task } = tinyTask({ source, batchSize: 20 });
    const right = (batch: ReturnType<typeof task.trainingBatch>) =>
      tidy(() => task.pass(batch, { training: false }).figures!.dataSync()[1]!);
    const batch = task.trainingBatch(1, createRng(1));
    const said = tidy(() => {
      const { logits } = model.forward(asTensors(batch), { training: false });
      return Int32Array.from(logits.argMax(1).dataSync());
    });
    // the model's own words as the answers, then with the last word of the first answer changed
    expect(right({ ...batch, targetIds: said })).toBe(20);
    expect(right({ ...batch, targetIds: said.with(1, said[1]! + 1) })).toBe(19);
    model.dispose();
  });
});

test('a training pass and an evaluation report them', () => {
  const { model, task } = tinyTask({ moe: top1Factory() });
  const batch = task.trainingBatch(1, createRng(1));
  const figures = tidy(() => [
    ...task.pass(batch, { training: true, seed: 1 }).figures!.dataSync(),
  ]);
  const metrics = task.metrics({ loss: 1, figures });
  expect(metrics).toMatchObject({ loss: 1, 'intensity.vision': 1, 'intensity.text.layer0': 1 });
  model.dispose();
});
