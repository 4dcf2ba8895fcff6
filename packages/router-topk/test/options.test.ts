import type { RouterPlugin } from '@moekit/core';
import { MoekitError, createRouter } from '@moekit/core';
import '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';

import {
  deepseekV2Router,
  deepseekV3Router,
  deepseekV4Router,
  gptOssRouter,
  graniteRouter,
  gshardRouter,
  gumbelTopKRouter,
  lossFreeRouter,
  mixtralRouter,
  noisyTopKRouter,
  olmoeRouter,
  quantileBalancedRouter,
  qwen3Router,
  sparseMixerRouter,
  stMoERouter,
  switchRouter,
  topKRouter,
} from '../src/index.js';
import { defaultsOf } from './support.js';

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
    [topKRouter, { topk: 2 }, 'topk = 2', 'unknown option topk; expected k, normalise'],
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
    [stMoERouter, { variant: 'paper' }, 'variant = "paper"', 'unknown option variant'],
    [topKRouter, { scale: 0 }, 'scale = 0', 'a number above 0'],
    [topKRouter, { capacityPer: 0 }, 'capacityPer = 0', 'a whole number of at least 1'],
    [
      topKRouter,
      { capacityPer: 'x' },
      'capacityPer = "x"',
      "'batch', 'sequence' or a whole number",
    ],
    [gshardRouter, { secondChoice: 'some' }, 'secondChoice = "some"', "'random', 'threshold'"],
    [deepseekV3Router, { k: 1, groups: 3, keptGroups: 1 }, 'groups = 3', 'a divisor'],
    [deepseekV3Router, { k: 3, groups: 2, keptGroups: 1 }, 'k = 3', 'from 1 to 2'],
    [deepseekV3Router, { k: 1, groups: 2, keptGroups: 3 }, '3', 'at most 2'],
    [lossFreeRouter, { biasRate: -1 }, 'biasRate = -1', 'at least 0'],
    [quantileBalancedRouter, { decay: 1 }, 'decay = 1', 'below 1'],
    [quantileBalancedRouter, { bins: 1.5 }, 'bins = 1.5', 'a whole number of at least 0'],
    [quantileBalancedRouter, { bins: 1e12 }, 'bins = 1000000000000', 'and at most 100000'],
    [mixtralRouter, { k: 9 }, 'k = 9', 'a whole number from 1 to 4'],
    [sparseMixerRouter, { jitter: 2 }, 'jitter = 2', 'at most 1'],
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
        capacityPer: 'batch',
        priority: 'rank-then-arrival',
        jitter: 0.01,
        balanceCoefficient: 0.01,
        balanceScope: 'micro-batch',
        balanceWindow: 16,
      },
    ],
    [
      topKRouter,
      {
        k: 2,
        normalise: true,
        scale: 1,
        gateBias: false,
        capacityFactor: null,
        evalCapacityFactor: null,
        minCapacity: 4,
        capacityPer: 'batch',
        priority: 'rank-then-arrival',
        balanceCoefficient: 0.01,
        balanceScope: 'micro-batch',
        balanceWindow: 16,
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
        secondChoice: 'random',
        evalSecondChoice: 'all',
        normalise: 'before-drops',
        scale: 1,
        capacityPer: 'batch',
        priority: 'rank-then-arrival',
        balanceCoefficient: 0.01,
        balanceScope: 'micro-batch',
        balanceWindow: 16,
      },
    ],
    [
      noisyTopKRouter,
      {
        k: 4,
        importanceCoefficient: 0.1,
        loadCoefficient: 0.1,
        variance: 'population',
        balanceScope: 'micro-batch',
        balanceWindow: 16,
        noiseFloor: 0,
        init: 'zeros',
      },
    ],
    [
      gumbelTopKRouter,
      {
        k: 2,
        minCapacity: 4,
        noiseAtEvaluation: false,
        balanceCoefficient: 0.01,
        balanceScope: 'micro-batch',
        balanceWindow: 16,
        capacityFactor: 2,
        evalCapacityFactor: 2,
      },
    ],
    [
      stMoERouter,
      {
        capacityFactor: 1.25,
        evalCapacityFactor: 2,
        minCapacity: 4,
        secondChoiceThreshold: 0.2,
        secondChoice: 'random',
        evalSecondChoice: 'all',
        normalise: 'before-drops',
        scale: 1,
        capacityPer: 'batch',
        priority: 'rank-then-arrival',
        balanceCoefficient: 0.01,
        balanceScope: 'micro-batch',
        balanceWindow: 16,
        zLossCoefficient: 0.001,
      },
    ],
    [
      deepseekV3Router,
      {
        k: 8,
        groups: 8,
        keptGroups: 4,
        normalise: true,
        scale: 2.5,
        biasRate: 0.001,
        balanceCoefficient: 0.0001,
        balanceScope: 'sequence',
        balanceWindow: 16,
        zLossCoefficient: 0,
      },
    ],
    [
      lossFreeRouter,
      { k: 2, score: 'sigmoid', biasRate: 0.001, normalise: false, scale: 1, zLossCoefficient: 0 },
    ],
    [
      quantileBalancedRouter,
      {
        k: 2,
        score: 'sigmoid',
        decay: 0,
        bins: 1000,
        normalise: true,
        scale: 1,
        zLossCoefficient: 0,
      },
    ],
    [
      sparseMixerRouter,
      { jitter: 0.01, balanceCoefficient: 0.01, balanceScope: 'micro-batch', balanceWindow: 16 },
    ],
  ])('take the defaults of the paper: %o', (plugin, defaults) => {
    expect(plugin.options['~standard'].validate({})).toEqual({ value: defaults });
  });

  it.each([
    [mixtralRouter, { balanceCoefficient: 0.02 }],
    [olmoeRouter, { k: 8, normalise: false, zLossCoefficient: 0.001 }],
    [qwen3Router, { k: 8, balanceCoefficient: 0.001, balanceScope: 'batch' }],
    [graniteRouter, { k: 8 }],
    [gptOssRouter, { k: 4, gateBias: true }],
  ])("of a preset are topk's but for those of its model: %o", (plugin, own) => {
    expect(defaultsOf(plugin)).toEqual({ ...defaultsOf(topKRouter), ...own });
  });

  it.each([
    [
      deepseekV2Router,
      { k: 6, keptGroups: 3, normalise: false, scale: 16, biasRate: 0, balanceCoefficient: 0.003 },
    ],
    [deepseekV4Router, { k: 6, groups: 1, keptGroups: 1, scale: 1.5 }],
  ])("of another DeepSeek are V3's but for those of its report: %o", (plugin, own) => {
    expect(defaultsOf(plugin)).toEqual({ ...defaultsOf(deepseekV3Router), ...own });
  });
});
