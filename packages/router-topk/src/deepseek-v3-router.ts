import { deepseekRouter } from './deepseek-family.js';

/**
 * DeepSeek-V3 (2412.19437 eq. 12-20).
 * Formula:  s = sigmoid(z);  a group is worth its two best s + b, the M best of G groups stay open;  K_t = top-k of s + b within them
 *   w_te = 2.5 s_te / sum over K_t of s_t;  b_e += 0.001 sign(mean load - load_e) after each step
 *   L = 0.0001 E mean over sequences of sum_e f_e P_e
 */
export const deepseekV3Router = /* @__PURE__ */ deepseekRouter(
  'deepseek-v3',
  {
    summary: 'Top-8 of sigmoid scores plus a balancing bias, within the 4 best of 8 groups',
    reference: 'DeepSeek-V3, arXiv 2412.19437',
  },
  {
    score: 'sigmoid',
    groupScore: 'two-best',
    k: 8,
    groups: 8,
    keptGroups: 4,
    normalise: true,
    scale: 2.5,
    biasRate: 0.001,
    balance: [0.0001, 'sequence'],
  },
);
