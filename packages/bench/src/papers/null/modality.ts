import type { Row } from '../../results/results-schema.js';
import { metricOf } from '../../results/summarise-row.js';
import { directionWords, meanOf, percent, rowNamed, say, withinRow } from '../findings.js';
import type { Answerable, NamedExperiment } from '../named-experiment.js';
import type { QuestionInput } from '../../spec/question.js';
import { pictures } from '../sizes.js';
import { nullRow } from './rows.js';

const HALF = 'ρ=1/2';
const QUARTER = 'ρ=1/4';
const IN_TEXT = 'ρ=1/2, redundancy in the text';
const NO_TASK = 'ρ=1/2, no task loss';

const intensity = (group: string) => (trial: Row['trials'][number]) =>
  metricOf(trial, `intensity.${group}`);

const gap = (row: Row, high: string, low: string) =>
  withinRow(row, intensity(high), intensity(low));

/** Groups within a modality, where a model's data have them: filler words stand only in redundant text. */
const PAIRS = [
  ['ink', 'background'],
  ['words', 'filler'],
] as const;

const hasGroup = (row: Row, group: string) => meanOf(row, intensity(group)) !== undefined;

/** Within one model, the share of slots that real experts fill for one group of tokens less that for another. */
const within = (row: string, high: string, low: string): QuestionInput => ({
  name: `${high} − ${low} at ${row}`,
  rows: { [row]: 1 },
  figure: `intensity.${high}`,
  minus: `intensity.${low}`,
  within: 0.05,
});

const QUESTIONS = [
  within(HALF, 'text', 'vision'),
  within(IN_TEXT, 'text', 'vision'),
  within(NO_TASK, 'text', 'vision'),
  within(HALF, 'ink', 'background'),
];

/** Which tokens get compute when the router does not see modalities; two controls. */
export const modality: NamedExperiment = {
  name: 'null/modality',
  about: {
    question: 'Does a router that sees no modality labels give text more compute than pictures?',
    claim:
      'Null experts (2601.15370), 6.1: at ρ = 1/6 pictures fill 4% of their slots with real experts and text 22%, so text takes 60% of the compute with 22% of the tokens; salient patches get more than background.',
    decision:
      'Compute intensity of text minus that of vision, and of ink minus background, within each model over seeds. The effect must follow the redundancy when it is in the text, and must need the task loss.',
  },
  base: {
    task: 'vision-language',
    baseline: HALF,
    questions: QUESTIONS,
    expertParameters: 4,
    routers: [
      nullRow(HALF, 4, 0.5),
      {
        ...nullRow(IN_TEXT, 4, 0.5),
        group: 'redundancy in the text',
        data: { redundancy: 'text' },
      },
      { ...nullRow(NO_TASK, 4, 0.5), group: 'no task loss', model: { taskLoss: false } },
    ],
  },
  controls: [NO_TASK],
  presets: {
    quick: pictures.quick,
    large: {
      ...pictures.large,
      questions: [within(QUARTER, 'text', 'vision'), ...QUESTIONS],
      routers: [
        nullRow('ρ=1', 2, 1),
        nullRow(HALF, 4, 0.5),
        nullRow(QUARTER, 8, 0.25),
        {
          ...nullRow(IN_TEXT, 4, 0.5),
          group: 'redundancy in the text',
          data: { redundancy: 'text' },
        },
        { ...nullRow(NO_TASK, 4, 0.5), group: 'no task loss', model: { taskLoss: false } },
      ],
    },
  },
  answer: (results) => {
    const row = rowNamed(results, QUARTER) ?? rowNamed(results, HALF);
    if (!row) return null;
    const difference = gap(row, 'text', 'vision');
    const words = directionWords(difference, {
      higher: 'higher for text than for vision',
      lower: 'lower for text than for vision',
      same: 'not distinguishable between text and vision',
      unknown: 'not comparable between text and vision',
    });
    return {
      sentence: `At ${row.label} the share of slots filled by real experts is ${words} (${say(difference)}).`,
      findings: findingsOf(results),
    };
  },
};

function findingsOf({ rows }: Answerable): string[] {
  return rows.flatMap((row) => {
    if (!row.figures) return [];
    const [text, vision] = ['text', 'vision'].map((group) => meanOf(row, intensity(group)));
    const share = meanOf(row, (trial) => metricOf(trial, 'share.text'));
    const tokens = meanOf(row, (trial) => metricOf(trial, 'tokens.text'));
    const shown = (value: number | undefined) => (value === undefined ? '–' : percent(value));
    const gaps = PAIRS.filter((pair) => pair.every((group) => hasGroup(row, group))).map(
      ([high, low]) => `; ${high} − ${low} ${say(gap(row, high, low))}`,
    );
    return [
      `${row.label}: intensity of text ${shown(text)}, of vision ${shown(vision)}, text − vision ${say(gap(row, 'text', 'vision'))}; text takes ${shown(share)} of the compute with ${shown(tokens)} of the tokens${gaps.join('')}`,
    ];
  });
}
