import { deepseekRouter } from './deepseek-family.js';

/**
 * DeepSeek-V4: as V3 with other scores and without groups.
 * Formula:  s = sqrt(softplus z);  K_t = top-k of s + b;  w_te = 1.5 s_te / sum over K_t of s_t
 *   b_e += 0.001 sign(mean load - load_e) after each step;  L = 0.0001 E mean over sequences of sum_e f_e P_e
 */
export const deepseekV4Router = /* @__PURE__ */ deepseekRouter(
  'deepseek-v4',
  {
    summary: 'Top-6 of sqrt-softplus scores plus a balancing bias, without groups',
    reference: 'DeepSeek-V4: https://huggingface.co/docs/transformers/model_doc/deepseek_v4',
  },
  {
    score: 'sqrt-softplus',
    groupScore: 'two-best',
    k: 6,
    groups: 1,
    keptGroups: 1,
    normalise: true,
    scale: 1.5,
    biasRate: 0.001,
    balance: [0.0001, 'sequence'],
  },
);
