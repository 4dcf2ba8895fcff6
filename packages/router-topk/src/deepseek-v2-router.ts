import { deepseekRouter } from './deepseek-family.js';

/**
 * DeepSeek-V2 (2405.04434).
 * Formula:  s = softmax(z);  a group is worth its best s, the M best of G groups stay open;  K_t = top-k of s within them
 *   w_te = 16 s_te, not divided by a sum;  L = 0.003 E mean over sequences of sum_e f_e P_e
 */
export const deepseekV2Router = /* @__PURE__ */ deepseekRouter(
  'deepseek-v2',
  {
    summary: 'Top-6 within the 3 groups whose best experts are likeliest, raw weights times 16',
    reference: 'DeepSeek-V2, arXiv 2405.04434',
  },
  {
    score: 'softmax',
    groupScore: 'best',
    k: 6,
    groups: 8,
    keptGroups: 3,
    normalise: false,
    scale: 16,
    biasRate: 0,
    balance: [0.003, 'sequence'],
  },
);
