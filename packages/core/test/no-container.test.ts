import '@tensorflow/tfjs';
import { readdirSync, readFileSync } from 'node:fs';

import { createRng, createRouter, decodeRoutingStats, encodeRoutingStats, FeedForwardExperts, MoELayer, normalArray, totalRouterLoss } from '@moekit/core'; // prettier-ignore
import type { Scalar } from '@tensorflow/tfjs-core';
import { add, memory, mul, squaredDifference, mean, tensor2d, tidy, train } from '@tensorflow/tfjs-core'; // prettier-ignore
import { expect, it } from 'vitest';

import lossFree from '../../../examples/router/bias-balanced.js';
import { onEachBackend } from './backends.js';
import { topTwo } from './routers/top-two.js';

const source = new URL('../src/', import.meta.url);
const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.ts'),
);
const importsOf = (file: string) =>
  [...readFileSync(new URL(file, source), 'utf8').matchAll(/(?:from|import) '([^']+)'/g)].map(
    ([, name]) => name!,
  );

it('nothing outside src/di imports the container, and core never imports src/di', () => {
  const others = files.filter((file) => !file.startsWith('di/'));
  expect(others.length).toBeGreaterThan(20);
  for (const file of others) {
    const wrong = importsOf(file).filter((name) => /tsyringe|reflect-metadata|\/di\//.test(name));
    expect(wrong, file).toEqual([]);
  }
});

it('reflect-metadata comes before tsyringe in every file that needs it', () => {
  const needing = files.filter((file) => importsOf(file).includes('tsyringe'));
  expect(needing.length).toBeGreaterThan(0);
  for (const file of needing) expect(importsOf(file)[0], file).toBe('reflect-metadata');
});

it('vitest is imported by the conformance suite alone', () => {
  const using = files.filter((file) => importsOf(file).includes('vitest'));
  expect(using).toEqual(['testing/test-router.ts']);
});

onEachBackend('without any container', () => {
  it.each([topTwo, lossFree])('a layer of $name learns', (plugin) => {
    const before = memory().numTensors;
    const spec = { modelWidth: 8, numExperts: 4, seed: 1 };
    const layer = new MoELayer({
      router: createRouter(plugin as typeof topTwo, spec),
      experts: new FeedForwardExperts({ ...spec, expertWidth: 16, activation: 'gelu' }),
    });
    const rng = createRng(5);
    const data = normalArray(rng, 32 * 8);
    const optimizer = train.adam(0.01);
    const trained = layer.variables().filter((v) => v.trainable);
    const losses: number[] = [];
    for (let step = 0; step < 20; step++) {
      tidy(() => {
        const x = tensor2d(data, [32, 8]);
        let counts = new Float32Array();
        const loss = optimizer.minimize(
          () => {
            const { output, routing } = layer.call(x, { training: true, rng });
            counts = encodeRoutingStats(routing).dataSync<'float32'>().slice();
            const error = mean(squaredDifference(output, mul(x, -1)));
            return add(error, totalRouterLoss(routing.losses)) as Scalar;
          },
          true,
          trained,
        )!;
        losses.push(loss.dataSync<'float32'>()[0]!);
        layer.router.afterStep?.(decodeRoutingStats(counts), {});
      });
    }
    expect(losses.at(-1)!).toBeLessThan(0.7 * losses[0]!);
    optimizer.dispose();
    layer.dispose();
    expect(memory().numTensors).toBe(before);
  });
});
