import type { Row } from '../../results/results-schema.js';
import {
  figureDifference,
  layerMean,
  meanOf,
  metricDifference,
  percent,
  rowNamed,
  say,
} from '../findings.js';
import type { Figure } from '../findings.js';
import type { Answerable, NamedExperiment } from '../named-experiment.js';
import { less } from '../questions.js';
import { compareRows } from './compare-rows.js';
import { CONTROLS, rowsAtTwo, TOP_K } from './rows.js';
import { registers } from './sizes.js';

const ORACLE = 'oracle';

const QUICK = [TOP_K, 'loss-free', 'quantile-balanced', 'expert-threshold', 'remoe'];
const LARGE = [...QUICK, 'switch', 'qwen3', 'deepseek-v3', 'd-top-p', 'longcat', 'null-expert'];

const information: Figure = (trial) => layerMean(trial, (layer) => layer.labelInformation ?? null);
const utilisation: Figure = (trial) => layerMean(trial, (layer) => layer.utilisation ?? null);

/** The gap to the oracle and the gap from random routing, then each router against top-2. */
const questionsOf = (routers: readonly string[]) => [
  less(routers, ORACLE, { name: 'all routers − oracle' }),
  less(routers, 'uniform', { name: 'all routers − random routing' }),
  ...routers.filter((label) => label !== TOP_K).map((label) => less(label, TOP_K)),
];

/** How far routers come on their own towards what a router knows that reads the domains. */
export const testbed: NamedExperiment = {
  name: 'routers/testbed',
  about: {
    question:
      'On text of four domains, how close do routers come to one that is given the domain of each token?',
    claim:
      'MoE Routing Testbed (2604.07030): on a mix of distinct domains a reference router is an upper bound; routers fall short of it, and how far depends on their balancing.',
    decision:
      'Held-out bits per byte of each row minus those of the oracle, paired by seed; normalised mutual information of expert and domain (1 for the oracle); share of the experts that are used.',
  },
  base: {
    data: { source: 'registers' },
    baseline: ORACLE,
    routers: rowsAtTwo([...CONTROLS, ...QUICK], registers.quick.model.feedForwardWidth),
    questions: questionsOf(QUICK),
  },
  controls: CONTROLS,
  presets: {
    quick: registers.quick,
    large: {
      ...registers.large,
      questions: questionsOf(LARGE),
      routers: rowsAtTwo([...CONTROLS, ...LARGE], registers.large.model.feedForwardWidth),
    },
  },
  answer: (results) => {
    const oracle = rowNamed(results, ORACLE);
    if (!oracle) return null;
    const { unit } = results.manifest.metrics[0]!;
    const compared = compareRows(results, oracle);
    const learned = compared.filter(({ row }) => !CONTROLS.some((name) => name === row.router));
    const [best] = learned;
    if (!best) return null;
    return {
      sentence: `The best router is ${best.row.label}: ${say(best.difference, unit)} against the oracle, with ${specialised(best.row)}. ${gapClosed(results, oracle, best.row)}`,
      findings: [
        `${ORACLE}: ${specialised(oracle)}`,
        ...compared.map(
          ({ row, difference }) =>
            `${row.label}: ${say(difference, unit)} against the oracle; ${specialised(row)}; information minus the oracle's ${say(figureDifference(row, oracle, information))}`,
        ),
      ],
    };
  },
};

function specialised(row: Row): string {
  const [said, used] = [meanOf(row, information), meanOf(row, utilisation)];
  const shown = (value: number | undefined) => (value === undefined ? '–' : percent(value));
  return `information of expert and domain ${shown(said)}, ${shown(used)} of the experts in use`;
}

/** How much of the way from random routing to the oracle a router comes. */
function gapClosed(results: Answerable, oracle: Row, row: Row): string {
  const { name } = results.manifest.metrics[0]!;
  const floor = rowNamed(results, 'uniform');
  const whole = floor && metricDifference(oracle, floor, name)?.mean;
  const own = floor && metricDifference(row, floor, name)?.mean;
  if (!whole || own === undefined || !(whole < 0))
    return 'The oracle is no better than random routing, so there is no gap to close.';
  return `From random routing to the oracle it comes ${percent(own / whole)} of the way.`;
}
