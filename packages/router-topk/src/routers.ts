import type { RouterPlugin } from '@moekit/core';

import { deepseekV2Router } from './deepseek-v2-router.js';
import { deepseekV3Router } from './deepseek-v3-router.js';
import { deepseekV4Router } from './deepseek-v4-router.js';
import { gshardRouter } from './gshard-router.js';
import { gumbelTopKRouter } from './gumbel-top-k-router.js';
import { lossFreeRouter } from './loss-free-router.js';
import { noisyTopKRouter } from './noisy-top-k-router.js';
import { graniteRouter, gptOssRouter, mixtralRouter, olmoeRouter, qwen3Router } from './presets.js';
import { quantileBalancedRouter } from './quantile-balanced-router.js';
import { sparseMixerRouter } from './sparse-mixer-router.js';
import { stMoERouter } from './st-moe-router.js';
import { switchRouter } from './switch-router.js';
import { topKRouter } from './top-k-router.js';

export type { DeepSeekInput, DeepSeekOptions } from './deepseek-family.js';
export type { GShardInput, GShardOptions } from './gshard-router.js';
export type { GumbelTopKInput, GumbelTopKOptions } from './gumbel-top-k-options.js';
export type { LossFreeInput, LossFreeOptions } from './loss-free-router.js';
export type { NoisyTopKInput, NoisyTopKOptions } from './noisy-top-k-options.js';
export type { QuantileBalancedInput, QuantileBalancedOptions } from './quantile-balanced-router.js';
export type { SparseMixerInput, SparseMixerOptions } from './sparse-mixer-router.js';
export type { StMoEInput, StMoEOptions } from './st-moe-router.js';
export type { SwitchInput, SwitchOptions } from './switch-router.js';
export type { TopKInput, TopKOptions } from './top-k-options.js';

export {
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
};

/** Every router of this package: registries, documentation and tests read it. */
export const topKRouters: readonly RouterPlugin[] = [
  switchRouter,
  topKRouter,
  gshardRouter,
  noisyTopKRouter,
  gumbelTopKRouter,
  stMoERouter,
  mixtralRouter,
  olmoeRouter,
  qwen3Router,
  graniteRouter,
  gptOssRouter,
  deepseekV2Router,
  deepseekV3Router,
  deepseekV4Router,
  lossFreeRouter,
  quantileBalancedRouter,
  sparseMixerRouter,
];
