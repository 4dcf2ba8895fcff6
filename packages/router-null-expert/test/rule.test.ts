import '@tensorflow/tfjs';
import { useBackend } from '@moekit/core/testing';
import { tensor2d } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';

import type { NullExpertRule } from '../src/index.js';
import { routeLogits, slotsOf } from '../src/index.js';
import { ruleOf } from './rule.js';

beforeAll(() => useBackend('cpu'));

describe('routeLogits on its own', () => {
  const logits = () => tensor2d([[0, 0, 0, 5]]); // three experts, and a null logit above them

  it.each<[string, NullExpertRule, RegExp]>([
    ['fewer null slots than kMax', ruleOf(2, 1), /kMax = 2.*got 1 null slots/],
    ['more slots than experts', ruleOf(4, 4), /kMax = 4 for 3 experts/],
    ['no slot', ruleOf(0, 1), /kMax.*at least 1, got 0/],
    ['half a null slot', ruleOf(1, 1.5), /nullCopies.*1.5/],
    ['a kind that does not exist', ruleOf(1, 1, { kind: 'null' as never }), /zero, copy/],
    ['a norm that does not exist', ruleOf(1, 1, { gateNorm: 'sum' as never }), /real, none, all/],
    ['a fraction that does not exist', ruleOf(1, 1, { fraction: 'x' as never }), /assignment/],
    ['z-loss over nothing', ruleOf(1, 1, { zLossOver: 'all' as never }), /expanded, raw/],
    ['a misspelt coefficient', ruleOf(1, 1, { zLossCoefficient: undefined as never }), /zLoss/],
  ])('refuses %s', (_what, rule, message) => {
    expect(() => routeLogits(logits(), rule)).toThrow(message);
  });

  it('takes as many null slots as the density says, a half rounded up', () => {
    expect(slotsOf(1, { kMax: 1, density: 0.4 }).nullCopies).toBe(2); // 1.5, in float64 a little less
  });
});
