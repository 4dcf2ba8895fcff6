import '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

import { readFileSync } from 'node:fs';

import type { RouterPlugin } from '@moekit/core';
import { useBackend } from '@moekit/core/testing';
import { nullExpertRouter } from '@moekit/router-null-expert';
import { thresholdRouter } from '@moekit/router-threshold';
import {
  gshardRouter,
  gumbelTopKRouter,
  noisyTopKRouter,
  stMoERouter,
  switchRouter,
  topKRouter,
} from '@moekit/router-topk';
import { beforeAll, describe, expect, it } from 'vitest';

import type { Remembered } from './default-routes.js';
import { remember } from './default-routes.js';

/** Recorded before the routers were made of pieces; switch and noisy-topk in training since they draw their noise on tensors. */
const before = JSON.parse(
  readFileSync(new URL('default-routes.json', import.meta.url), 'utf8'),
) as Record<string, Remembered>;

const cases: readonly (readonly [RouterPlugin, object])[] = [
  [switchRouter, {}],
  [topKRouter, {}],
  [topKRouter, { k: 3, normalise: false, zLossCoefficient: 0.01 }],
  [topKRouter, { capacityFactor: 1, evalCapacityFactor: 0.75, minCapacity: 1 }],
  [topKRouter, { capacityFactor: 1, minCapacity: 1, priority: 'rank-then-probability' }],
  [gshardRouter, {}],
  [gshardRouter, { variant: 'mesh', capacityFactor: 1, minCapacity: 1 }],
  [noisyTopKRouter, {}],
  [gumbelTopKRouter, {}],
  [gumbelTopKRouter, { k: 3, capacityFactor: 1, minCapacity: 1, noiseAtEvaluation: true }],
  [stMoERouter, {}],
  [thresholdRouter, { evalCapacityFactor: 4 }],
  [thresholdRouter, { threshold: 0.6, capacityFactor: 1, evalCapacityFactor: 1, minCapacity: 1 }],
  [nullExpertRouter, {}],
  [nullExpertRouter, { kind: 'copy', fraction: 'token', zLossOver: 'raw' }],
  [nullExpertRouter, { gateNorm: 'none', density: 1 }],
];
const modes = { training: { training: true }, evaluation: {}, 'drop-free': { dropFree: true } };

const named = cases.flatMap(([plugin, options]) =>
  Object.entries(modes).map(([mode, context]) => ({
    name: `${plugin.name} ${JSON.stringify(options)} ${mode}`,
    run: () => remember(plugin, options, context),
  })),
);

describe.each(['cpu', 'wasm'])('routings on %s are what they were', (backend) => {
  beforeAll(() => useBackend(backend));

  it.each(named)('$name', ({ name, run }) => {
    expect(run()).toEqual(before[`${backend} ${name}`]);
  });
});

it('no run is remembered that is not compared', () => {
  const compared = ['cpu', 'wasm'].flatMap((on) => named.map(({ name }) => `${on} ${name}`));
  expect(Object.keys(before).toSorted()).toEqual(compared.toSorted());
});
