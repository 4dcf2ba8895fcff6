import { outcomeOf } from '../../statistics/outcome.js';
import { figureDifference, metricDifference, rowNamed, say } from '../findings.js';
import type { NamedExperiment } from '../named-experiment.js';
import { less, slope } from '../questions.js';
import { pictures } from '../sizes.js';
import { DENSITIES, nullRow } from './rows.js';

const BASE = 'ρ=1';

/** Data sparsity inside token choice at equal expected compute, next to the other ways to route. */
export const frontier: NamedExperiment = {
  name: 'null/frontier',
  about: {
    question: 'At equal expected compute, does a lower density ρ of real experts improve the loss?',
    claim:
      'Null experts (2601.15370), 5.2: at E[K] = 2 the training loss falls monotonically as ρ falls from 1 to 1/4 and below, while evaluations peak at about ρ = 0.5.',
    decision:
      'Held-out loss and accuracy of each density minus those of ρ = 1, paired by seed, next to the FLOPs that training took.',
  },
  base: {
    task: 'vision-language',
    baseline: BASE,
    // the slope leaves out ρ = 2/3, which is less than a halving
    questions: [
      slope([BASE, 'ρ=1/2', 'ρ=1/4'], 'loss, slope per halving of ρ', { margin: 0.02 }),
      ...DENSITIES.slice(1).map(([label]) => less(label, BASE, { margin: 0.02 })),
    ],
    expertParameters: 4,
    routers: [
      { router: 'dense' },
      ...DENSITIES.map(([label, kMax, density]) => nullRow(label, kMax, density)),
      { router: 'topk', options: { k: 2 }, label: 'top-2' },
      {
        router: 'threshold',
        options: { capacityFactor: 2, evalCapacityFactor: 2 },
        label: 'threshold',
      },
    ],
  },
  presets: pictures,
  answer: (results) => {
    const base = rowNamed(results, BASE);
    if (!base) return null;
    const rows = results.rows.filter((row) => row.figures && row !== base);
    const sparse = rows.filter(({ label }) => label.startsWith('ρ='));
    const words = sparse.map(
      (row) => `${row.label}: ${outcomeOf(metricDifference(row, base, 'loss'), 'lower')}`,
    );
    const giga = (total: number) => `${(total / 1e9).toFixed(2)} GFLOP`;
    return {
      sentence: `Held-out loss against ρ = 1 at equal expected compute: ${words.join('; ')}.`,
      findings: rows.map((row) => {
        const loss = say(metricDifference(row, base, 'loss'), 'nats');
        const accuracy = say(metricDifference(row, base, 'accuracy'), 'accuracy');
        const flops = figureDifference(row, base, (trial) => trial.trainingFlops.total / 1e9);
        return `${row.label}: loss ${loss}; accuracy ${accuracy}; training took ${giga(row.figures!.trainingFlops.total)} (${say(flops, 'GFLOP')})`;
      }),
    };
  },
};
