import { outcomeOf } from '../../statistics/outcome.js';
import { metricDifference, rowNamed, say } from '../findings.js';
import { less } from '../questions.js';
import type { NamedExperiment } from '../named-experiment.js';

const TOP_K = 'top-2';
const THRESHOLD = 'threshold, half-width experts';

/** Translation with MoE in every second encoder layer, at equal parameters and compute. */
export const translationExperiment: NamedExperiment = {
  name: 'xmoe/translation',
  about: {
    question: 'Does the threshold router translate better than top-k at equal compute?',
    claim:
      'XMoE (2403.18926): on WMT22 into English, with 64 experts of half the width, 28.7 BLEU and 53.8 chrF against 28.2 and 53.4 of top-k.',
    decision:
      'BLEU of the threshold row minus that of top-2 with experts of the same width, paired by seed, next to the dense model.',
  },
  base: {
    task: 'translation',
    baseline: TOP_K,
    questions: [
      less(THRESHOLD, TOP_K, { figure: 'bleu', within: 0.25 }),
      less(THRESHOLD, TOP_K, { name: `${THRESHOLD} − ${TOP_K}, loss`, figure: 'loss' }),
    ],
    routers: [
      { router: 'dense' },
      { router: 'gumbel-topk', options: { k: 2 }, label: TOP_K },
      {
        router: 'threshold',
        options: { threshold: 0.9, capacityFactor: 2, evalCapacityFactor: 2 },
        label: THRESHOLD,
      },
      {
        router: 'threshold',
        options: { threshold: 0.9, capacityFactor: 4, evalCapacityFactor: 4 },
        label: 'threshold, quarter-width experts',
      },
    ],
  },
  presets: {
    quick: {
      model: { modelWidth: 32, encoderLayers: 2, decoderLayers: 1, feedForwardWidth: 64 },
      training: {
        steps: 100,
        batchSize: 16,
        warmupSteps: 10,
        learningRate: 3e-3,
        evaluations: 4,
        evaluationBatches: 2,
        finalEvaluationBatches: 4,
      },
    },
    large: {
      training: {
        steps: 600,
        batchSize: 32,
        warmupSteps: 50,
        learningRate: 2e-3,
        evaluations: 6,
        evaluationBatches: 4,
        finalEvaluationBatches: 16,
      },
    },
  },
  answer: (results) => {
    const [topK, threshold] = [rowNamed(results, TOP_K), rowNamed(results, THRESHOLD)];
    if (!topK || !threshold) return null;
    const bleu = metricDifference(threshold, topK, 'bleu');
    const others = results.rows.filter((row) => row.figures && row !== topK);
    return {
      sentence: `At equal compute the threshold router's BLEU is ${outcomeOf(bleu, 'higher')} in comparison with top-2's (${say(bleu, 'BLEU')}).`,
      findings: others.flatMap((row) => [
        `${row.label} − ${TOP_K}: ${say(metricDifference(row, topK, 'bleu'), 'BLEU')}; ${say(metricDifference(row, topK, 'chrf'), 'chrF++')}; ${say(metricDifference(row, topK, 'loss'), 'nats/token')}`,
      ]),
    };
  },
};
