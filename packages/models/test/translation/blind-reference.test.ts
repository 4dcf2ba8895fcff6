import { expect, test } from 'vitest';

import { blindReference } from '../../src/tasks/translation/blind-reference.js';

const pair = (...target: number[]) => ({
  source: Int32Array.of(3),
  target: Int32Array.from(target),
});

test('target bigrams, ends of sentences among them, against a count by hand', () => {
  // trained on "5 end" and "5 6 end": (end,5) twice, (5,end) once, (5,6) once, (6,end) once; 8 tokens in all
  const found = blindReference({ train: [pair(5), pair(5, 6)], validation: [pair(5, 6)] }, 8);
  const shares = [3 / 10, 2 / 10, 2 / 9]; // (end,5) (5,6) (6,end), with one added to each count
  const loss = -shares.reduce((sum, share) => sum + Math.log(share), 0) / 3;
  expect(found['loss']).toBeCloseTo(loss, 12);
  expect(found['perplexity']).toBeCloseTo(Math.exp(loss), 12);
});
