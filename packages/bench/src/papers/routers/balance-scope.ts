import { figureDifference, layerMean, meanOf, rowNamed, say } from '../findings.js';
import type { Figure } from '../findings.js';
import type { NamedExperiment } from '../named-experiment.js';
import { byOutcome, compareRows } from './compare-rows.js';
import { less, slope } from '../questions.js';
import { registers } from './sizes.js';

const SCOPES = ['sequence', 'micro-batch', 'batch', 'window'] as const;
const BASE = 'micro-batch';
const NO_LOSS = 'no loss';

/** Four micro-batches a step, so that a batch is more than a micro-batch. */
const accumulated = <Training extends object>(training: Training) => ({
  ...training,
  microBatches: 4,
});

const topK = (label: string, options: Readonly<Record<string, number | string>>) => ({
  router: 'topk',
  label,
  options: { k: 2, ...options },
});

const violation: Figure = (trial) => layerMean(trial, (layer) => layer.maxViolation);
const information: Figure = (trial) => layerMean(trial, (layer) => layer.labelInformation ?? null);

/** The tokens whose loads a balancing loss asks to be even together. */
export const balanceScope: NamedExperiment = {
  name: 'routers/balance-scope',
  about: {
    question:
      'Does a balancing loss over more tokens let experts specialise, and does the model get better?',
    claim:
      'MoE Routing Testbed (2604.07030): the scope of the balancing loss decides whether experts specialise while all are used. Qwen3 (2505.09388) balances over the global batch to the same end.',
    decision:
      'Bits per byte, information of expert and domain, and max violation of each scope minus those of the micro-batch, paired by seed; the same top-2 router and loss of 0.01 in each, four micro-batches in a step.',
  },
  base: {
    data: { source: 'registers' },
    baseline: BASE,
    questions: [
      slope(SCOPES, 'loss, slope per step of the scope'),
      slope(SCOPES, 'information of expert and domain, slope per step of the scope', {
        figure: 'layers.labelInformation',
        within: 0.01,
      }),
      less(['batch', 'window'], ['sequence', BASE]),
      less(NO_LOSS, BASE),
    ],
    routers: [
      ...SCOPES.map((scope) => topK(scope, { balanceScope: scope })),
      topK(NO_LOSS, { balanceCoefficient: 0 }),
    ],
  },
  presets: {
    quick: { ...registers.quick, training: accumulated(registers.quick.training) },
    large: { ...registers.large, training: accumulated(registers.large.training) },
  },
  answer: (results) => {
    const base = rowNamed(results, BASE);
    if (!base) return null;
    const { unit } = results.manifest.metrics[0]!;
    const compared = compareRows(results, base);
    const informed = compared.map(
      ({ row }) => `${row.label} ${say(figureDifference(row, base, information))}`,
    );
    const shown = (value: number | undefined) => value?.toFixed(3) ?? '–';
    const words = byOutcome(compared, ['better', 'worse', 'not distinguishable', 'unknown']);
    return {
      sentence: `Against balance within micro-batches, by loss: ${words}. Information of expert and domain: ${informed.join('; ') || 'not measured'}.`,
      findings: [
        `${BASE}: information ${shown(meanOf(base, information))}, max violation ${shown(meanOf(base, violation))}`,
        ...compared.map(
          ({ row, difference }) =>
            `${row.label}: ${say(difference, unit)}; information ${shown(meanOf(row, information))}; max violation ${shown(meanOf(row, violation))} (${say(figureDifference(row, base, violation))})`,
        ),
      ],
    };
  },
};
