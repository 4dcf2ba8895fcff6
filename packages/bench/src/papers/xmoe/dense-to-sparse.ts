import { outcomeOf } from '../../statistics/outcome.js';
import { metricDifference, percent, rowNamed, say } from '../findings.js';
import type { NamedExperiment } from '../named-experiment.js';
import { less } from '../questions.js';
import { languageModel } from '../sizes.js';

const TRAINED = 'all 8 experts';
const QUARTER = '25% (γ = 2)';
const PRUNED = 'the likeliest 2 of 8';

/** Eight experts that together are one dense layer, all of them trained on every token; then fewer are used. */
export const denseToSparse: NamedExperiment = {
  name: 'xmoe/dense-to-sparse',
  about: {
    question:
      'Does a model trained with all its experts stay as good as a dense one when it uses a quarter of them?',
    claim:
      'XMoE (2403.18926): trained with t = 1 and evaluated at about 25% of the FLOPs, 8 experts reach perplexity 21.97 on WikiText-103 where the dense model has 22.24 (and 23.07 against 22.61 on OpenWebText).',
    decision:
      'Held-out bits per byte of the trained model under each threshold or capacity minus that of the dense model, paired by seed.',
  },
  base: {
    expertParameters: 1,
    questions: [
      less(QUARTER, 'dense', {
        name: 'a quarter of the compute − dense',
        noWorse: true,
      }),
      less(QUARTER, TRAINED, { name: 'a quarter of the compute − all experts' }),
      less(QUARTER, PRUNED, { name: 'capacity − top-k pruning at equal experts' }),
    ],
    routers: [
      { router: 'dense' },
      {
        router: 'threshold',
        options: { threshold: 1, capacityFactor: 8, evalCapacityFactor: 8 },
        label: TRAINED,
        evaluateAs: [
          { label: QUARTER, options: { evalCapacityFactor: 2 } },
          // the control that the paper lacks: the same mean number of experts without any threshold
          { label: PRUNED, options: { within: 2 } },
          { label: '50% (γ = 4)', options: { evalCapacityFactor: 4 } },
          ...[0.9, 0.7, 0.5, 0.3].map((t) => ({ label: `t = ${t}`, options: { threshold: t } })),
        ],
      },
    ],
  },
  presets: {
    quick: languageModel.quick,
    large: { ...languageModel.large, training: { ...languageModel.large.training, steps: 800 } },
  },
  answer: (results) => {
    const { name, unit, better } = results.manifest.metrics[0]!;
    const dense = rowNamed(results, 'dense');
    const quarter = rowNamed(results, QUARTER);
    if (!dense || !quarter) return null;
    const whole = dense.figures!.flops.evaluation.moe;
    const rows = results.rows.filter((row) => row.figures && row !== dense);
    const share = (row: typeof quarter) => percent(row.figures!.flops.evaluation.moe / whole);
    const difference = metricDifference(quarter, dense, name);
    return {
      sentence: `At ${share(quarter)} of the dense MoE-layer FLOPs the model trained with all experts is ${outcomeOf(difference, better)} in comparison with the dense model (${say(difference, unit)}).`,
      findings: rows.map(
        (row) =>
          `${row.label}: ${share(row)} of the FLOPs, ${say(metricDifference(row, dense, name), unit)}`,
      ),
    };
  },
};
