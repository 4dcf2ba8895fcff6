import { tidy } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import { expertCapacity, stepCapacity } from '@moekit/core';
import { describeOnBackends, evaluation, matrix, padding, training } from './support.js';

describe('expertCapacity', () => {
  it.each([
    ['rounds down as Switch', 64, 8, { capacityFactor: 1.2, minCapacity: 4, rounding: 'down' }, 9],
    ['rounds up as XMoE', 64, 8, { capacityFactor: 1.2, minCapacity: 4, rounding: 'up' }, 10],
    [
      'stays exact where the share is',
      90,
      9,
      { capacityFactor: 1.1, minCapacity: 4, rounding: 'up' },
      11,
    ],
    ['stays exact for 100 tokens', 100, 10, { capacityFactor: 1.1, minCapacity: 1 }, 11],
    ['stays exact for many', 1e8, 10, { capacityFactor: 1.1, minCapacity: 1 }, 1.1e7],
    [
      'counts k slots a token as Megatron',
      64,
      8,
      { capacityFactor: 1, minCapacity: 4, slots: 2, rounding: 'up' },
      16,
    ],
    ['has a minimum', 16, 16, { capacityFactor: 1, minCapacity: 4, rounding: 'down' }, 4],
    [
      'is clamped to the tokens by its minimum',
      2,
      16,
      { capacityFactor: 1, minCapacity: 4, rounding: 'up' },
      2,
    ],
    [
      'is clamped to the tokens by its factor',
      8,
      4,
      { capacityFactor: 9, minCapacity: 4, rounding: 'up' },
      8,
    ],
    ['is 0 for a batch of padding', 0, 4, { capacityFactor: 1, minCapacity: 4, rounding: 'up' }, 0],
  ] as const)('%s', (_, tokens, experts, settings, expected) => {
    expect(expertCapacity(tokens, experts, settings)).toBe(expected);
  });
});

describeOnBackends('stepCapacity', () => {
  const factors = { capacityFactor: 1, evalCapacityFactor: 2, minCapacity: 1 };
  const share = { rounding: 'down' } as const;

  it('takes the factor of the phase, counts unmasked tokens and knows drop-free', () =>
    tidy(() => {
      const logits = matrix(Array.from({ length: 8 }, () => [0, 0]));
      const tokenMask = padding(1, 1, 1, 1, 1, 1, 0, 0);
      expect(stepCapacity(logits, factors, training(), share)).toBe(4);
      expect(stepCapacity(logits, factors, evaluation(), share)).toBe(8);
      expect(stepCapacity(logits, factors, training({ tokenMask }), share)).toBe(3);
      expect(stepCapacity(logits, factors, training({ dropFree: true }), share)).toBeNull();
    }));
});
