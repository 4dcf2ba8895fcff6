/** A row as an experiment takes it. */
interface RouterRow {
  readonly router: string;
  readonly options?: Readonly<Record<string, number | string | boolean>>;
  readonly label?: string;
}

/** Top-2 of 16 experts, which the other rows are compared with. */
export const TOP_K = 'topk';

/** None of them learns whom to choose; their labels are their names. */
export const CONTROLS = ['dense', 'uniform', 'hash', 'frozen-random', 'oracle'] as const;

/** Options that bring each router to two experts of 16 per token, where its defaults do not. */
const AT_TWO: Readonly<Record<string, NonNullable<RouterRow['options']>>> = {
  [TOP_K]: { k: 2 },
  'noisy-topk': { k: 2 },
  'gumbel-topk': { k: 2 },
  mixtral: { k: 2 },
  olmoe: { k: 2 },
  qwen3: { k: 2 },
  granite: { k: 2 },
  'gpt-oss': { k: 2 },
  // 4 groups of 4, and weights of the size that those of top-2 have
  'deepseek-v2': { k: 2, groups: 4, keptGroups: 2, scale: 8 },
  'deepseek-v3': { k: 2, groups: 4, keptGroups: 2, scale: 1 },
  'deepseek-v4': { k: 2, scale: 1 },
  'loss-free': { k: 2, normalise: true },
  'quantile-balanced': { k: 2 },
  threshold: { capacityFactor: 2, evalCapacityFactor: 2 },
  'd-top-p': { expertsPerToken: 2 },
  'expert-threshold': { expertsPerToken: 2 },
  'null-expert': { kMax: 4, density: 0.5 },
  longcat: { k: 3, zeroExperts: 8, expertsPerToken: 2, scalingFactor: 1 },
  adamoe: { k: 4, nullExperts: 16 },
  'moe-plus-plus': { k: 3, tau: 0.5 },
  remoe: { expertsPerToken: 2 },
  'block-ffn': { expertsPerToken: 2 },
  uniform: { k: 2 },
  hash: { k: 2 },
  'frozen-random': { k: 2 },
  oracle: { k: 2 },
};

/** One expert per token, twice as wide. */
const ONE_EXPERT = ['switch'];

/** Every router that comes with moekit, in the order of the packages. */
export const ALL_ROUTERS = [
  'switch',
  'gshard',
  'st-moe',
  'sparse-mixer',
  'top-p',
  ...Object.keys(AT_TWO),
].filter((name) => !CONTROLS.some((control) => control === name));

/** One router of each idea. */
export const ONE_OF_EACH = [
  TOP_K,
  'switch',
  'loss-free',
  'quantile-balanced',
  'threshold',
  'd-top-p',
  'expert-threshold',
  'longcat',
  'remoe',
];

/**
 * Rows of equal parameters and equal intended compute: two of 16 experts of half the dense width, or one of 8 as wide.
 * @param feedForwardWidth F of the dense layer
 */
export function rowsAtTwo(names: readonly string[], feedForwardWidth: number) {
  const experts = { numExperts: 16, expertWidth: feedForwardWidth / 2 };
  return names.map((router) => {
    const row = { router, options: AT_TWO[router] ?? {}, label: router };
    const sized = router !== 'dense' && !ONE_EXPERT.includes(router);
    return sized ? { ...row, experts } : row;
  });
}
