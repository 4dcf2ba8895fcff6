import { topKPlugin } from './top-k-router.js';

// Each call is marked pure, so that a page carries the presets that it imports and no other.

/** Mixtral (2401.04088): two of eight, weights that sum to 1. */
export const mixtralRouter = /* @__PURE__ */ topKPlugin(
  'mixtral',
  { summary: 'Top-2, weights that sum to 1', reference: 'Mixtral, arXiv 2401.04088' },
  { balanceCoefficient: 0.02 },
);

/** OLMoE (2409.02060): eight of 64, raw probabilities. */
export const olmoeRouter = /* @__PURE__ */ topKPlugin(
  'olmoe',
  { summary: 'Top-8, raw probabilities as weights', reference: 'OLMoE, arXiv 2409.02060' },
  { k: 8, normalise: false, zLossCoefficient: 0.001 },
);

/** Qwen3-MoE (2505.09388): eight of 128, weights that sum to 1, balanced over the global batch. */
export const qwen3Router = /* @__PURE__ */ topKPlugin(
  'qwen3',
  {
    summary: 'Top-8, weights that sum to 1, balanced over the batch of a step',
    reference: 'Qwen3, arXiv 2505.09388',
  },
  { k: 8, balanceCoefficient: 0.001, balanceScope: 'batch' },
);

/** Granite 3 MoE: eight of 32 or 40, the softmax of the chosen logits alone. */
export const graniteRouter = /* @__PURE__ */ topKPlugin(
  'granite',
  {
    summary: 'Top-8, the softmax of the chosen logits alone',
    reference: 'GraniteMoE: PowerMoE, arXiv 2408.13359',
  },
  { k: 8 },
);

/** gpt-oss (2508.10925): four of 32 or 128, a gate with a bias, the softmax of the chosen logits alone. */
export const gptOssRouter = /* @__PURE__ */ topKPlugin(
  'gpt-oss',
  {
    summary: 'Top-4 of a gate with a bias, the softmax of the chosen logits alone',
    reference: 'gpt-oss, arXiv 2508.10925',
  },
  { k: 4, gateBias: true },
);
