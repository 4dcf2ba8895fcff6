import { describe, expect, test } from 'vitest';

import { bigramReference } from '../src/metrics/bigram.js';

describe('bigramReference', () => {
  test('equals a hand count', () => {
    // train 0 1 0 1 1: pairs 01 x2, 10 x1, 11 x1; firsts 0 x2, 1 x2; V = 3
    // validation 0 1 1 2: P(1|0) = 3/5, P(1|1) = 2/5, P(2|1) = 1/5
    const found = bigramReference({
      train: [0, 1, 0, 1, 1],
      validation: [0, 1, 1, 2],
      vocabSize: 3,
      bytesPerToken: 2,
    });
    const nats = -(Math.log(3 / 5) + Math.log(2 / 5) + Math.log(1 / 5));
    expect(found.tokens).toBe(3);
    expect(found.loss).toBeCloseTo(nats / 3, 12);
    expect(found.bitsPerByte).toBeCloseTo(nats / 3 / Math.LN2 / 2, 12);
  });

  test('a token never seen in training costs log V', () => {
    const data = { train: [0, 1], validation: [2, 0], vocabSize: 4, bytesPerToken: 1 };
    expect(bigramReference(data).loss).toBeCloseTo(Math.log(4), 12);
  });
});
