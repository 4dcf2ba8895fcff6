import type { RouteContext, RouterPlugin } from '@moekit/core';
import { createRouter } from '@moekit/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { reshape, tensor, tidy, transpose } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';

import {
  deepseekV2Router,
  deepseekV3Router,
  gptOssRouter,
  graniteRouter,
  gshardRouter,
  mixtralRouter,
  olmoeRouter,
  sparseMixerRouter,
  switchRouter,
} from '../src/index.js';
import file from './goldens/gates.json' with { type: 'json' };
import { describeOnBackends, evaluation } from './support.js';

/** A tensor of the file: float32, little-endian, in base64. */
interface Stored {
  readonly shape: number[];
  readonly float32: string;
}
interface Gate {
  readonly x: Stored;
  readonly gate: Stored;
  readonly gateBias?: Stored;
  readonly selectionBias?: Stored;
  readonly logits: Stored;
  readonly weights: Stored;
}
const gates = file.gates as unknown as Readonly<Record<string, Gate>>;

function read({ float32 }: Stored): Float32Array {
  const bytes = Uint8Array.from(atob(float32), (c) => c.charCodeAt(0));
  return new Float32Array(bytes.buffer);
}

const deepseek = { biasRate: 0.001 };
const cases: [string, RouterPlugin, object, Partial<RouteContext>?][] = [
  ['mixtral', mixtralRouter, {}],
  ['qwen-raw', olmoeRouter, { k: 4 }], // the class of OLMoE, Qwen2 and Qwen3, norm_topk_prob false
  ['granite', graniteRouter, { k: 3 }],
  ['gpt-oss', gptOssRouter, {}],
  ['deepseek-v3', deepseekV3Router, { ...deepseek, k: 4, groups: 4, keptGroups: 2 }],
  [
    'deepseek-v3-raw',
    deepseekV3Router,
    { ...deepseek, k: 3, groups: 1, keptGroups: 1, normalise: false, scale: 1 },
  ],
  ['deepseek-v2-groups', deepseekV2Router, { k: 4, groups: 4, keptGroups: 2 }],
  // expert_capacity 4 of each sequence of 20 tokens, among 4 experts
  [
    'switch-capacity',
    switchRouter,
    { evalCapacityFactor: 0.8, minCapacity: 1, capacityPer: 'sequence' },
    { sequences: { batch: 2, length: 20 } },
  ],
  ['phimoe', sparseMixerRouter, { jitter: 0.25 }],
  // expert_capacity 5 of 24 tokens, among 4 experts; weights before drops
  ['nllb-top-2', gshardRouter, { variant: 'mesh', evalCapacityFactor: 5 / 6, minCapacity: 1 }],
];

describeOnBackends('gates of published models', () => {
  it.each(cases.map(([name, ...rest]) => ({ name, rest })))(
    '$name gives the weights of transformers within 1e-5',
    ({ name, rest: [plugin, options, context] }) =>
      tidy(() => {
        const golden = gates[name]!;
        const [numExperts, modelWidth] = golden.gate.shape as [number, number];
        const router = createRouter(plugin, { modelWidth, numExperts, seed: 1 }, options);
        const load = ({ shape }: Stored, values: Float32Array): Tensor => tensor(values, shape);
        const values = [transpose(load(golden.gate, read(golden.gate)))];
        if (golden.gateBias) values.push(tensor(read(golden.gateBias), [1, numExperts]));
        if (golden.selectionBias) values.push(tensor(read(golden.selectionBias), [numExperts]));
        expect(router.variables()).toHaveLength(values.length);
        router.variables().forEach((v, i) => v.assign(values[i]!));
        const x = reshape(load(golden.x, read(golden.x)), [-1, modelWidth]);
        const routing = router.route(x as never, evaluation(context));
        expect(worst(routing.logits, golden.logits)).toBeLessThan(1e-5);
        expect(worst(routing.combineWeights, golden.weights)).toBeLessThan(1e-5);
        router.dispose();
      }),
  );

  it('every gate of the file is compared', () => {
    const compared = cases.map(([name]) => name);
    expect(Object.keys(gates).filter((name) => !compared.includes(name))).toEqual([]);
  });
});

function worst(got: Tensor, stored: Stored): number {
  const [a, b] = [got.dataSync<'float32'>(), read(stored)];
  expect(a.length).toBe(b.length);
  return a.reduce((most, v, i) => Math.max(most, Math.abs(v - b[i]!)), 0);
}
