import type { Row } from '../../results/results-schema.js';
import { figureDifference, layerMean, meanOf, percent, rowNamed, say } from '../findings.js';
import type { NamedExperiment } from '../named-experiment.js';
import { less } from '../questions.js';
import { pictures } from '../sizes.js';
import { nullRow } from './rows.js';

type Trial = Row['trials'][number];

const ZERO = 'zero, ρ=1/2';
const COPY = 'copy, ρ=1/2';

const zeroCompute = (trial: Trial) => layerMean(trial, (layer) => layer.zeroComputeShare);
const nullShare = (trial: Trial) => layerMean(trial, (layer) => layer.nullShare);

/** Mean over the layers in one part of training: the first, or the last. */
const during = (at: number, key: 'nullShare' | 'zeroComputeShare') => (trial: Trial) => {
  const layers = trial.trainingCurve.at(at)?.layers ?? [];
  const sum = layers.reduce((total, layer) => total + layer[key], 0);
  return layers.length === 0 ? undefined : sum / layers.length;
};

const rows = [
  nullRow(ZERO, 4, 0.5),
  nullRow('zero, ρ=1/4', 8, 0.25),
  nullRow(COPY, 4, 0.5, { kind: 'copy', gateNorm: 'all' }),
];

/** How far routing goes to all or nothing, and what a copy of the input does where a zero does well. */
export const polarisation: NamedExperiment = {
  name: 'null/polarisation',
  about: {
    question:
      'Does routing polarise into tokens with and without compute, and more so with copies?',
    claim:
      'Null experts (2601.15370), 6.3 and limitations: null ratio and zero-compute ratio move towards 1 − ρ in training, the second always below the first; copy experts dilute the output and polarise routing.',
    decision:
      'Null ratio and share of tokens without any real expert over training; zero-compute share of copy minus zero experts, paired by seed.',
  },
  base: {
    task: 'vision-language',
    baseline: ZERO,
    expertParameters: 4,
    routers: rows,
    questions: [
      less(COPY, ZERO, {
        name: 'tokens without compute: copy − zero',
        figure: 'layers.zeroComputeShare',
        within: 0.05,
      }),
      {
        name: 'tokens without compute − null slots',
        rows: { [ZERO]: 1 },
        figure: 'layers.zeroComputeShare',
        minus: 'layers.nullShare',
        within: 0.05,
      },
    ],
  },
  presets: {
    quick: pictures.quick,
    large: {
      ...pictures.large,
      routers: [nullRow('zero, ρ=2/3', 3, 2 / 3), ...rows, nullRow('zero, ρ=1/2, E[K]=4', 8, 0.5)],
    },
  },
  answer: (results) => {
    const [zero, copy] = [rowNamed(results, ZERO), rowNamed(results, COPY)];
    if (!zero) return null;
    const difference = copy ? figureDifference(copy, zero, zeroCompute) : null;
    const shown = (value: number | undefined) => (value === undefined ? '–' : percent(value));
    const final = `At ${ZERO} ${shown(meanOf(zero, nullShare))} of the slots are null and ${shown(meanOf(zero, zeroCompute))} of the tokens reach no real expert`;
    return {
      sentence: `${final}; copy minus zero experts: ${say(difference)}.`,
      findings: results.rows.flatMap((row) => {
        if (!row.figures) return [];
        const from = (key: 'nullShare' | 'zeroComputeShare') =>
          `${shown(meanOf(row, during(0, key)))} to ${shown(meanOf(row, during(-1, key)))}`;
        return [
          `${row.label}: null ratio ${from('nullShare')} and zero-compute ratio ${from('zeroComputeShare')} over training; dilution ${shown(row.figures.dilution)}`,
        ];
      }),
    };
  },
};
