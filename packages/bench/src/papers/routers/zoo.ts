import type { Row } from '../../results/results-schema.js';
import { percent, rowNamed, say } from '../findings.js';
import type { NamedExperiment } from '../named-experiment.js';
import { less } from '../questions.js';
import type { Compared } from './compare-rows.js';
import { byOutcome, compareRows } from './compare-rows.js';
import { ALL_ROUTERS, CONTROLS, ONE_OF_EACH, rowsAtTwo, TOP_K } from './rows.js';
import { registers } from './sizes.js';

/** A row's compute may be this far from top-k's. */
const MATCHED = 0.05;

const isMatched = ({ compute }: Compared) => Math.abs(compute - 1) <= MATCHED;
const isControl = ({ row }: Compared) => CONTROLS.some((name) => name === row.router);

/** Each router against top-2; top-2 against routing at random, which says what routing is worth. */
const againstTopK = (routers: readonly string[]) => [
  less(TOP_K, 'uniform'),
  ...routers.filter((label) => label !== TOP_K).map((label) => less(label, TOP_K)),
];

/** All routers at equal parameters and equal measured compute, with the controls. */
export const zoo: NamedExperiment = {
  name: 'routers/zoo',
  about: {
    question:
      'Which routers differ from top-k at equal parameters and equal measured compute, and what is routing worth at all?',
    claim:
      'MoE Routing Testbed (2604.07030): at small size routers look alike by their loss; a reference shows how far they are from what routing could be.',
    decision:
      'Held-out bits per byte of each row minus those of top-2, paired by seed. A row whose measured FLOPs in MoE layers are more than 5% off those of top-2 is not matched, and is named.',
  },
  base: {
    data: { source: 'registers' },
    baseline: TOP_K,
    routers: rowsAtTwo([...CONTROLS, ...ONE_OF_EACH], registers.quick.model.feedForwardWidth),
    questions: againstTopK(ONE_OF_EACH),
  },
  controls: CONTROLS,
  presets: {
    quick: registers.quick,
    large: {
      ...registers.large,
      questions: againstTopK(ALL_ROUTERS),
      routers: rowsAtTwo([...CONTROLS, ...ALL_ROUTERS], registers.large.model.feedForwardWidth),
    },
  },
  answer: (results) => {
    const base = rowNamed(results, TOP_K);
    if (!base) return null;
    const { unit } = results.manifest.metrics[0]!;
    const compared = compareRows(results, base);
    const routers = compared.filter((row) => !isControl(row) && isMatched(row));
    const words = (rows: readonly Compared[]) =>
      byOutcome(rows, ['better', 'worse', 'not distinguishable', 'unknown']);
    const controls = compared.filter(isControl);
    const unmatched = compared.filter((row) => !isControl(row) && !isMatched(row));
    return {
      sentence: `Against top-2 at matched compute: ${words(routers)}. Controls: ${words(controls)}.`,
      findings: [
        ...unmatched.map(
          ({ row, compute }) =>
            `Not matched: ${row.label} computes ${percent(compute)} of what the MoE layers of top-2 compute.`,
        ),
        ...compared.map((row, i) => `${i + 1}. ${described(row, unit)}`),
      ],
    };
  },
};

function described(compared: Compared, unit: string): string {
  const { row, difference, compute } = compared;
  const control = isControl(compared) ? ' (control)' : '';
  return `${row.label}${control}: ${say(difference, unit)}; ${experts(row)} experts per token, ${percent(compute)} of the MoE FLOPs`;
}

const experts = ({ figures }: Row) => figures!.expertsPerToken.toFixed(2);
