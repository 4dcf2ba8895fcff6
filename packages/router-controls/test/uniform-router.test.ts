import '@tensorflow/tfjs';
import { createRng, createTokenMask } from '@moekit/core';
import { describe, expect, it } from 'vitest';

import { uniformRouter } from '../src/index.js';
import { chosen, routed, tokens } from './routed.js';

describe('uniform', () => {
  it('gives each expert k of every E tokens in succession, and each token k experts', () => {
    for (const k of [1, 2, 5, 6]) {
      const { mask, combine, probs } = routed(uniformRouter, { k }, {}, { x: tokens(24) });
      for (let start = 0; start < 24; start += 6) {
        const loads = mask[0]!.map((_, e) =>
          mask.slice(start, start + 6).reduce((sum, row) => sum + row[e]!, 0),
        );
        expect(loads).toEqual(Array(6).fill(k));
      }
      mask.forEach((row) => expect(chosen(row)).toHaveLength(k));
      combine.flat().forEach((w, i) => expect(w).toBeCloseTo(mask.flat()[i]! / k, 6));
      probs.flat().forEach((p) => expect(p).toBeCloseTo(1 / 6, 6));
    }
  });

  it('draws afresh from the rng of each pass', () => {
    const pass = (seed: number) => routed(uniformRouter, {}, { rng: createRng(seed) }).mask;
    expect(pass(1)).toEqual(pass(1));
    expect(pass(1)).not.toEqual(pass(2));
  });

  it('gives every pair of experts now and then', () => {
    const { mask } = routed(uniformRouter, { k: 2 }, {}, { x: tokens(600) });
    const pairs = new Set(mask.map((row) => chosen(row).join()));
    expect(pairs.size).toBe(15);
  });

  it('stays in balance among tokens when every second one is padding', () => {
    const tokenMask = createTokenMask(Float32Array.from({ length: 24 }, (_, t) => t % 2));
    const { mask } = routed(uniformRouter, { k: 2 }, { tokenMask }, { x: tokens(24) });
    const loads = mask[0]!.map((_, e) => mask.reduce((sum, row) => sum + row[e]!, 0));
    expect(loads).toEqual(Array(6).fill(4));
  });
});
