import '@tensorflow/tfjs';
import { readFile } from 'node:fs/promises';

import { createRng, createRouter, decodeRoutingStats, encodeRoutingStats, summariseRouting } from '@moekit/core'; // prettier-ignore
import { testRouter } from '@moekit/core/testing';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { eye, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';

import lossFree from '../../../../examples/router/bias-balanced.js';
import { backends, onEachBackend } from '../backends.js';
import golden from '../goldens/loss-free-bias.json' with { type: 'json' };
import { expectClose, numbers } from '../gradient-check.js';

testRouter(lossFree, { k: 2 }, { backends });
testRouter(lossFree, { k: 1, updateRate: 0.1 }, { name: 'loss-free top-1', numExperts: 6 });

onEachBackend('loss-free balancing', () => {
  it('takes the steps of the reference, bias and all', () => {
    const [T, E] = [golden.logits.length, golden.logits[0]!.length];
    const router = createRouter(
      lossFree,
      { modelWidth: E, numExperts: E, seed: 1 },
      { k: golden.config.K, updateRate: golden.config.u },
    );
    const [gate, bias] = router.variables() as [never, never];
    tidy(() => (gate as ReturnType<typeof router.variables>[0]).assign(eye(E))); // logits = x
    for (const step of golden.steps) {
      const read: { stats?: Float32Array } = {};
      tidy(() => {
        expectClose(numbers(bias), step.bias, 1e-6);
        const x: Tensor2D = tensor2d(golden.logits, [T, E]);
        const routing = router.route(x, { training: true, rng: createRng(1) });
        expectClose(numbers(routing.combineWeights), step['gatesRaw_2408.15664'].flat(), 1e-6);
        read.stats = encodeRoutingStats(routing).dataSync<'float32'>().slice();
      });
      const stats = decodeRoutingStats(read.stats!);
      expect(stats.tokensPerExpert).toEqual(step.counts);
      expect(summariseRouting(stats).maxViolation).toBeCloseTo(step.maxVio, 6);
      router.afterStep!(stats, {});
      expectClose(numbers(bias), step.newBias, 1e-6);
    }
    router.dispose();
  });
});

describe('the example file', () => {
  let source = '';
  beforeEach(async () => {
    const file = new URL('../../../../examples/router/bias-balanced.ts', import.meta.url);
    source = await readFile(file, 'utf8');
  });

  it('is a complete router in 75 lines', () => {
    expect(source.trimEnd().split('\n').length).toBeLessThanOrEqual(75);
  });

  it('needs three packages, none of which knows it', () => {
    const imported = [...source.matchAll(/from '([^']+)'/g)].map(([, name]) => name);
    expect(new Set(imported)).toEqual(new Set(['@moekit/core', '@tensorflow/tfjs-core', 'zod']));
  });

  it('refuses more experts per token than there are when it is built', () => {
    const spec = { modelWidth: 4, numExperts: 3, seed: 1 };
    expect(() => createRouter(lossFree, spec, { k: 4 })).toThrow(/k must be at most .* 3, got 4/);
  });
});
