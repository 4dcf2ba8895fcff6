import type { RouterPlugin } from '@moekit/core';
import { MoekitError, createRouter } from '@moekit/core';
import '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';

import {
  gshardRouter,
  gumbelTopKRouter,
  noisyTopKRouter,
  stMoERouter,
  switchRouter,
  topKRouter,
} from '../src/index.js';

const spec = { modelWidth: 4, numExperts: 4, seed: 1 };

function refusal(plugin: RouterPlugin<never>, options: unknown, numExperts = 4): MoekitError {
  try {
    createRouter(plugin as RouterPlugin, { ...spec, numExperts }, options).dispose();
  } catch (error) {
    if (error instanceof MoekitError) return error;
    throw error;
  }
  throw new Error('accepted');
}

describe('a wrong option', () => {
  it.each([
    [switchRouter, { capacityFactor: 0 }, 'capacityFactor = 0', 'a number above 0, or null'],
    [switchRouter, { jitter: 1.5 }, 'jitter = 1.5', 'at least 0 and at most 1'],
    [switchRouter, { minCapacity: 2.5 }, 'minCapacity = 2.5', 'a whole number of at least 1'],
    [topKRouter, { k: 0 }, 'k = 0', 'a whole number of at least 1'],
    [topKRouter, { k: '2' }, 'k = "2"', 'a whole number of at least 1'],
    [topKRouter, { k: 5 }, 'k = 5', 'a whole number from 1 to 4'],
    [topKRouter, { normalise: 1 }, 'normalise = 1', 'true or false'],
    [topKRouter, { priority: 'first' }, 'priority = "first"', "'rank-then-arrival'"],
    [topKRouter, { zLossCoefficient: -1 }, 'zLossCoefficient = -1', 'at least 0'],
    [topKRouter, { balanceCoefficient: NaN }, 'balanceCoefficient = NaN', 'at least 0'],
    [topKRouter, { topk: 2 }, '{"topk":2}', 'unknown option topk; expected k, normalise'],
    [gshardRouter, { variant: 'tpu' }, 'variant = "tpu"', "'paper', 'mesh'"],
    [
      gshardRouter,
      { secondChoiceThreshold: 0 },
      'secondChoiceThreshold = 0',
      'above 0 and at most 1',
    ],
    [noisyTopKRouter, { k: 9 }, 'k = 9', 'a whole number from 1 to 4'],
    [noisyTopKRouter, { variance: 'none' }, 'variance = "none"', "'population', 'sample'"],
    [noisyTopKRouter, { noiseFloor: -0.1 }, 'noiseFloor = -0.1', 'at least 0'],
    [gumbelTopKRouter, { k: 6 }, 'k = 6', 'a whole number from 1 to 4'],
    [gumbelTopKRouter, { evalCapacityFactor: -1 }, 'evalCapacityFactor = -1', 'above 0, or null'],
    [stMoERouter, { variant: 'paper' }, '{"variant":"paper"}', 'unknown option variant'],
  ])('of $name is named with its value and what is accepted: %o', (plugin, options, got, range) => {
    const error = refusal(plugin as RouterPlugin<never>, options);
    expect(error.code).toBe('MOE_OPTIONS');
    expect(error.message).toContain(got);
    expect(error.message).toContain(range);
  });

  it.each([gshardRouter, stMoERouter])(
    'a top-2 router refuses a layer of one expert: $name',
    (plugin) => {
      const error = refusal(plugin as RouterPlugin<never>, {}, 1);
      expect(error.code).toBe('MOE_SPEC');
      expect(error.message).toContain('at least 2 experts');
    },
  );
});

describe('options left out', () => {
  it.each([
    [
      switchRouter,
      {
        capacityFactor: 1.25,
        evalCapacityFactor: 2,
        minCapacity: 4,
        jitter: 0.01,
        balanceCoefficient: 0.01,
      },
    ],
    [
      topKRouter,
      {
        k: 2,
        normalise: true,
        capacityFactor: null,
        evalCapacityFactor: null,
        minCapacity: 4,
        priority: 'rank-then-arrival',
        balanceCoefficient: 0.01,
        zLossCoefficient: 0,
      },
    ],
    [
      gshardRouter,
      {
        variant: 'paper',
        capacityFactor: 2,
        evalCapacityFactor: 2,
        minCapacity: 4,
        secondChoiceThreshold: 0.5,
        balanceCoefficient: 0.01,
      },
    ],
    [
      noisyTopKRouter,
      {
        k: 4,
        importanceCoefficient: 0.1,
        loadCoefficient: 0.1,
        variance: 'population',
        noiseFloor: 0,
        init: 'zeros',
      },
    ],
    [
      gumbelTopKRouter,
      {
        k: 2,
        capacityFactor: 2,
        evalCapacityFactor: 2,
        minCapacity: 4,
        noiseAtEvaluation: false,
        balanceCoefficient: 0.01,
      },
    ],
    [
      stMoERouter,
      {
        capacityFactor: 1.25,
        evalCapacityFactor: 2,
        minCapacity: 4,
        secondChoiceThreshold: 0.2,
        balanceCoefficient: 0.01,
        zLossCoefficient: 0.001,
      },
    ],
  ])('take the defaults of the paper: %o', (plugin, defaults) => {
    expect(plugin.options['~standard'].validate({})).toEqual({ value: defaults });
  });
});
