import '@tensorflow/tfjs';
import { readFile } from 'node:fs/promises';

import type { Router } from '@moekit/core';
import { createRng, createRouter, decodeRoutingStats, encodeRoutingStats, encodeStatistics, joinStatistics, normalArray } from '@moekit/core'; // prettier-ignore
import { testRouter } from '@moekit/core/testing';
import { tensor2d, tidy } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import fairSequences from '../../../../examples/router/fair-sequences.js';
import { backends, onEachBackend } from '../backends.js';

const positions = 'a token rests from what its sequence used before it';
const settings = { permutationEquivariant: false, backends };
const skip = { losses: positions, permutation: positions };

testRouter(fairSequences, { k: 2 }, { ...settings, skip });
testRouter(fairSequences, { k: 1, rest: 0 }, { name: 'without rest', numExperts: 6 });

const spec = { modelWidth: 16, numExperts: 8, seed: 1 };

/** One step on tokens that all lean to some experts. @returns its max violation */
function step(router: Router, seed: number): number {
  return tidy(() => {
    const x = tensor2d(normalArray(createRng(seed), 1024 * 16), [1024, 16]).add(1);
    const sequences = { batch: 16, length: 64 };
    const routing = router.route(x as never, { training: true, rng: createRng(1), sequences });
    const stats = decodeRoutingStats(encodeRoutingStats(routing).dataSync<'float32'>());
    const { values, decode } = encodeStatistics(routing);
    const statistics = decode(values!.dataSync());
    router.afterStep!(stats, joinStatistics([{ tokens: 1024, statistics }]));
    const mean = stats.dispatchedPairs / 8;
    return (Math.max(...stats.tokensPerExpert) - mean) / mean;
  }) as never;
}

onEachBackend('quantiles balance fresh tokens', () => {
  it('within a few steps, where without them a few experts get most', () => {
    const router = createRouter(fairSequences, spec, { rest: 0 });
    const violations = Array.from({ length: 10 }, (_, seed) => step(router, seed));
    expect(violations[0]).toBeGreaterThan(1);
    for (const late of violations.slice(3)) expect(late).toBeLessThan(0.3);
    router.dispose();
  });
});

describe('the example file', () => {
  it('is a complete router in under 70 lines, of three packages that do not know it', async () => {
    const file = new URL('../../../../examples/router/fair-sequences.ts', import.meta.url);
    const source = await readFile(file, 'utf8');
    expect(source.trimEnd().split('\n').length).toBeLessThan(70);
    const imported = [...source.matchAll(/from '([^']+)'/g)].map(([, name]) => name);
    expect(new Set(imported)).toEqual(new Set(['@moekit/core', '@tensorflow/tfjs-core', 'zod']));
  });
});
