import '@tensorflow/tfjs';
import type { RouteContext } from '@moekit/core';
import { MoELayer, createRng, totalRouterLoss } from '@moekit/core';
import { add, memory, setBackend, tidy } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';

import type { MoEFactory } from '../../src/contract.js';
import { asTensors } from '../../src/tasks/vision-language/as-tensors.js';
import { batchGradients } from '../../src/training/batch-gradients.js';
import { nudged, scaleBy } from '../tiny.js';
import { top1Factory } from '../top1-router.js';
import { tinySource, tinyTask } from './tiny-scenes.js';

const EPSILON = 4e-3;

beforeAll(() => setBackend(process.env['MOEKIT_TEST_BACKEND'] ?? 'cpu'));

const samples = (size: number) => Array.from({ length: 4 }, (_, i) => (i * 7) % size);

test.each<[string, MoEFactory | undefined, 'answer' | 'text']>([
  ['a dense model', undefined, 'answer'],
  ['a model with an MoE layer', top1Factory(), 'answer'],
  ['a loss over all text', undefined, 'text'],
])('every gradient of %s is the slope of the loss', (_name, moe, lossOn) => {
  const { model, task } = tinyTask({ moe, batchSize: 2, source: tinySource({}, lossOn) });
  const batch = task.trainingBatch(1, createRng(1));
  // the norm of rows as small as the initial ones curves too much within EPSILON
  for (const name of ['embedding', 'rows', 'columns']) {
    scaleBy(model.namedVariables().get(`${name}.weight`)!, 10);
  }
  const lossAt = () =>
    tidy(() => {
      const { loss, losses } = task.pass(batch, { training: true, seed: 1 });
      return add(loss, totalRouterLoss(losses)).dataSync()[0]!;
    });
  const { gradients, report } = batchGradients(task, batch, 1);
  report.dispose();
  for (const [name, v] of model.namedVariables()) {
    const exact = gradients[v.name]!.dataSync();
    for (const i of samples(v.size)) {
      const slope = nudged(v, i, EPSILON, lossAt) - nudged(v, i, -EPSILON, lossAt);
      // as in gradients.test.ts: float32 losses near 3 resolve slopes to about 6e-5
      expect(slope / (2 * EPSILON), `${name}[${i}]`).toBeCloseTo(exact[i]!, 3);
    }
  }
  Object.values(gradients).forEach((g) => g.dispose());
  model.dispose();
});

test('flops of a batch are the products counted by hand', () => {
  const { model, task, source } = tinyTask({ moe: top1Factory(), batchSize: 2 });
  const batch = task.trainingBatch(1, createRng(1));
  // D 8, 4 patches of 784 pixels, 8 words, so L 12; dense width 12, expert width 8, 4 experts; 2 sequences
  const tokens = 2 * 12;
  const attention = tokens * 2 * (2 * 8 * 24 + 2 * 8 * 8 + 2 * 12 * 8 + 2 * 12 * 8);
  const [router, experts] = [tokens * 2 * 8 * 4, 17 * (2 * 8 * 8 * 2)];
  const targets = batch.targetIds.length;
  const projections = 2 * 2 * 4 * 784 * 8 + 2 * targets * 8 * source.vocabulary.size;
  const rest = tokens * 2 * 8 * 12 * 2 + projections;
  const total = attention + router + experts + rest;
  expect(task.flops(batch, [17])).toEqual({ router, experts, attention, rest, total });
  expect(task.sizeOf(batch)).toEqual({ tokens: batch.mask.filter((m) => m === 1).length, targets });
  model.dispose();
});

describe('routers', () => {
  /** Records the contexts of a router. */
  function spied(contexts: RouteContext[]): MoEFactory {
    return (spec) => {
      const { router, experts } = top1Factory()(spec);
      const told = {
        ...router,
        route: (...[x, context]: Parameters<typeof router.route>) => {
          contexts.push(context);
          return router.route(x, context);
        },
      };
      return new MoELayer({ router: told, experts });
    };
  }

  test('learn which tokens are padding, and of the others what only reference routers may read', () => {
    const contexts: RouteContext[] = [];
    const { model, task } = tinyTask({ moe: spied(contexts) });
    const batch = task.trainingBatch(1, createRng(1));
    expect(batch.mask).toContain(0);
    let mask: number[] = [];
    tidy(() => {
      task.pass(batch, { training: false });
      mask = [...contexts[0]!.tokenMask!.dataSync()];
    });
    expect(mask).toEqual([...batch.mask]);
    expect(Object.keys(contexts[0]!).sort()).toEqual([
      'dropFree',
      'labels',
      'rng',
      'sequences',
      'tokenMask',
      'training',
    ]);
    model.dispose();
  });

  test('that are not causal are refused', () => {
    expect(() => tinyTask({ moe: top1Factory({ causal: false }) })).toThrow(
      expect.objectContaining({ code: 'MOE_NOT_CAUSAL' }),
    );
  });
});

describe('the model', () => {
  test('sees where a patch is', () => {
    const { model, task } = tinyTask({ batchSize: 1 });
    const batch = task.trainingBatch(1, createRng(1));
    const logits = (inked: number) =>
      tidy(() => {
        const patches = new Float32Array(4 * 784).fill(0.5, inked * 784, (inked + 1) * 784);
        const input = asTensors({ ...batch, patches });
        return [...model.forward(input, { training: false }).logits.dataSync()];
      });
    expect(logits(1)).not.toEqual(logits(0));
    expect(logits(1)).toEqual(logits(1));
    model.dispose();
  });

  test('has the same weights outside the MoE layers, whatever the router', () => {
    const values = (moe?: MoEFactory) => {
      const { model } = tinyTask({ moe });
      const outside = [...model.namedVariables()].filter(
        ([name]) => !/^layers\.1\.(moe|feedForward\.\d)/.test(name),
      );
      const read = outside.map(([name, v]) => [name, [...v.dataSync()]]);
      model.dispose();
      return read;
    };
    expect(values(top1Factory())).toEqual(values());
    expect(values().map(([name]) => name)).toContain('pixels.bias');
  });

  test('leaves nothing behind', () => {
    const before = memory().numTensors;
    const { model, task } = tinyTask({ moe: top1Factory() });
    const batch = task.trainingBatch(1, createRng(1));
    const built = memory().numTensors;
    const { gradients, report } = batchGradients(task, batch, 1);
    Object.values(gradients).forEach((g) => g.dispose());
    report.dispose();
    expect(memory().numTensors).toBe(built);
    model.dispose();
    expect(memory().numTensors).toBe(before);
  });
});
