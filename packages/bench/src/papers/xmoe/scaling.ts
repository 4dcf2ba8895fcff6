import { outcomeOf } from '../../statistics/outcome.js';
import type { NamedExperiment } from '../named-experiment.js';
import { metricDifference, rowNamed, say } from '../findings.js';
import { bothModes, less, slope } from '../questions.js';
import { languageModel } from '../sizes.js';

const SWITCH = 'Switch, 1 expert';
const TOP_K = 'top-2 of half the width';
const FINER = [2, 4, 8] as const;
const threshold = (factor: number) => `threshold, experts 1/${factor}`;

const ALL = FINER.map(threshold);

/** Rows of the paper's language-modelling table at reduced size: equal parameters, equal ceiling on compute. */
export const scaling: NamedExperiment = {
  name: 'xmoe/scaling',
  about: {
    question:
      'Do finer experts under a threshold beat Switch and top-k at equal parameters and compute?',
    claim:
      'XMoE (2403.18926): perplexity on OpenWebText falls from 20.11 (Switch, 8 experts) to 19.57, 19.49 and 19.46 with experts of a half, a quarter and an eighth of the width.',
    decision:
      'Held-out bits per byte of each threshold row minus that of Switch, and of the row with halved experts minus that of top-2, paired by seed.',
  },
  base: {
    baseline: SWITCH,
    questions: [
      ...bothModes(less(ALL, [SWITCH, TOP_K], { name: 'threshold, all sizes − Switch and top-2' })),
      less(threshold(2), TOP_K),
      less(TOP_K, SWITCH),
      slope(ALL, 'threshold, slope per halving of the experts'),
    ],
    routers: [
      { router: 'dense' },
      { router: 'gumbel-topk', options: { k: 1 }, label: SWITCH },
      { router: 'gumbel-topk', options: { k: 2 }, label: TOP_K },
      ...FINER.map((factor) => ({
        router: 'threshold',
        options: { threshold: 0.9, capacityFactor: factor, evalCapacityFactor: factor },
        label: threshold(factor),
      })),
    ],
  },
  presets: languageModel,
  answer: (results) => {
    const { name, unit, better } = results.manifest.metrics[0]!;
    const base = rowNamed(results, SWITCH);
    const rows = FINER.flatMap((factor) => rowNamed(results, threshold(factor)) ?? []);
    if (!base || rows.length === 0) return null;
    const against = rows.map((row) => ({ row, difference: metricDifference(row, base, name) }));
    const words = against.map(
      ({ row, difference }) => `${row.label}: ${outcomeOf(difference, better)}`,
    );
    const topK = rowNamed(results, TOP_K);
    const half = rowNamed(results, threshold(2));
    return {
      sentence: `Against Switch at equal parameters and compute: ${words.join('; ')}.`,
      findings: [
        ...against.map(
          ({ row, difference }) => `${row.label} − ${SWITCH}: ${say(difference, unit)}`,
        ),
        ...(topK && half
          ? [`${half.label} − ${topK.label}: ${say(metricDifference(half, topK, name), unit)}`]
          : []),
      ],
    };
  },
};
