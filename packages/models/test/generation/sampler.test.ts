import { describe, expect, test } from 'vitest';

import type { SamplingOptions } from '../../src/generation/sampler.js';
import { createSampler } from '../../src/generation/sampler.js';

const logits = Float32Array.from([1, 3, 2, 3, -4, 0.5]);
const DRAWS = 20_000;

/** The distribution that the options ask for, from its definition. */
function expected({ temperature = 1, topK = logits.length, topP = 1 }: SamplingOptions): number[] {
  const weights = Array.from(logits, (z) => Math.exp(z / temperature));
  const order = [...weights.keys()].sort((a, b) => logits[b]! - logits[a]! || a - b).slice(0, topK);
  const whole = order.reduce((sum, id) => sum + weights[id]!, 0);
  const kept: number[] = [];
  let mass = 0;
  for (const id of order) {
    if (mass >= topP) break;
    kept.push(id);
    mass += weights[id]! / whole;
  }
  const all = kept.reduce((sum, id) => sum + weights[id]!, 0);
  return Array.from(logits, (_, id) => (kept.includes(id) ? weights[id]! / all : 0));
}

describe.each([
  {},
  { temperature: 0.5 },
  { temperature: 3 },
  { topK: 2 },
  { topK: 4, temperature: 2 },
  { topP: 0.7 },
  { topP: 0.9, temperature: 1.5 },
  { topK: 3, topP: 0.6 },
])('%o', (options: SamplingOptions) => {
  test('draws what it should as often as it should', () => {
    const draw = createSampler({ ...options, seed: 11 });
    const counts = new Array<number>(logits.length).fill(0);
    for (let i = 0; i < DRAWS; i++) counts[draw(logits)]!++;
    expected(options).forEach((p, id) => {
      if (p === 0) expect(counts[id]).toBe(0);
      const spread = Math.sqrt((p * (1 - p)) / DRAWS);
      expect(Math.abs(counts[id]! / DRAWS - p), `token ${id}`).toBeLessThanOrEqual(5 * spread);
    });
  });
});

test('temperature 0 and top-1 take the likeliest, the first of equals', () => {
  for (const options of [{ temperature: 0 }, { topK: 1 }, { topP: 1e-9, topK: 1 }]) {
    expect(createSampler(options)(logits)).toBe(1);
  }
  expect(createSampler({ topP: 1e-9 })(logits)).toBe(1);
});

test('the seed decides', () => {
  const drawn = (seed: number) => {
    const draw = createSampler({ seed });
    return Array.from({ length: 30 }, () => draw(logits));
  };
  expect(drawn(1)).toEqual(drawn(1));
  expect(drawn(1)).not.toEqual(drawn(2));
});
