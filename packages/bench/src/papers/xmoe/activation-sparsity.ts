import {
  directionWords,
  figureDifference,
  layerMean,
  meanOf,
  percent,
  rowNamed,
  say,
} from '../findings.js';
import type { NamedExperiment } from '../named-experiment.js';
import { less } from '../questions.js';
import { languageModel } from '../sizes.js';
import type { Trial } from '../../results/trial-schema.js';

const EXPERTS = [2, 4, 8] as const;
const nameOf = (experts: number) => `${experts} experts`;
const SMALL = '8 experts of a quarter';

const positive = (trial: Trial) => layerMean(trial, (layer) => layer.positiveActivations);

const rows = (width: number) => [
  ...EXPERTS.map((numExperts) => ({
    router: 'gumbel-topk',
    options: { k: 1 },
    label: nameOf(numExperts),
    experts: { numExperts, expertWidth: width },
  })),
  {
    router: 'gumbel-topk',
    options: { k: 1 },
    label: SMALL,
    experts: { numExperts: 8, expertWidth: width / 4 },
  },
];

/** The share of an expert that a token really uses: the observation that small experts start from. */
export const activationSparsity: NamedExperiment = {
  name: 'xmoe/activation-sparsity',
  about: {
    question:
      'Do more experts leave a smaller share of each expert active, and small experts a larger one?',
    claim:
      'XMoE (2403.18926), introduction: in the top-1 layers of a 12-layer GPT the share of positive activations falls with the number of experts, in layer 4 from 28.9% (2 experts) to 12.9% (4) and 8.5% (8).',
    decision:
      'Share of hidden ReLU activations above zero, mean over MoE layers, of 8 experts minus 2 experts, and of experts of a quarter of the width minus whole ones, paired by seed.',
  },
  base: {
    activations: true,
    baseline: nameOf(2),
    routers: rows(128),
    questions: [
      less(nameOf(8), nameOf(2), { figure: 'layers.positiveActivations', within: 0.02 }),
      less(SMALL, nameOf(8), { figure: 'layers.positiveActivations', within: 0.02 }),
    ],
  },
  presets: {
    quick: languageModel.quick,
    large: {
      ...languageModel.large,
      routers: rows(256),
    },
  },
  answer: (results) => {
    const [few, many] = [rowNamed(results, nameOf(2)), rowNamed(results, nameOf(8))];
    if (!few || !many) return null;
    const small = rowNamed(results, SMALL);
    const difference = figureDifference(many, few, positive);
    const direction = directionWords(difference, {
      higher: 'larger than',
      lower: 'smaller than',
      same: 'not distinguishable from',
      unknown: 'without an interval against',
    });
    const shown = results.rows.flatMap((row) => {
      const share = meanOf(row, positive);
      const layers = row.trials[0]?.layers.map(({ positiveActivations: p }) => percent(p ?? NaN));
      return share === undefined
        ? []
        : [
            `${row.label}: ${(100 * share).toFixed(1)}% positive (layers of the first seed: ${layers?.join(', ')})`,
          ];
    });
    return {
      sentence: `The share of positive activations with 8 experts is ${direction} that with 2 (${say(difference)}).`,
      findings: [
        ...shown,
        ...(small
          ? [`${SMALL} − ${nameOf(8)}: ${say(figureDifference(small, many, positive))}`]
          : []),
      ],
    };
  },
};
