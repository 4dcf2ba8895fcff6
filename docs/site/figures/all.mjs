import { forest } from './forest.mjs';
import { patches } from './patches.mjs';
import { between, differences, ordered, within } from './results.mjs';

const BITS = 'bits/byte: lower is better';
const CONTROLS = ['dense', 'uniform', 'hash', 'frozen-random', 'oracle'];
const marked = Object.fromEntries(CONTROLS.map((name) => [name, `${name} (control)`]));
const MODALITY = 'null-modality';
const groups = (high, low) => [`intensity.${high}`, `intensity.${low}`];

const figures = {
  'threshold-capacity': () => ({
    rows: differences('xmoe-threshold-capacity'),
    axis: BITS,
    description: 'No threshold and no capacity is distinguishable from t = 0.9, γ = 4',
  }),
  'dense-to-sparse': () => ({
    rows: differences('xmoe-dense-to-sparse', undefined, {
      'all 8 experts': 'all 8 experts (102 %)',
      't = 0.9': 't = 0.9 (51 %)',
      't = 0.7': 't = 0.7 (32 %)',
      '25% (γ = 2)': 'γ = 2 (27 %)',
      't = 0.5': 't = 0.5 (22 %)',
      't = 0.3': 't = 0.3 (16 %)',
      '50% (γ = 4)': null,
    }).toSorted((a, b) => a.mean - b.mean),
    axis: BITS,
    description: 'Evaluated with 102 % to 27 % of the dense FLOPs the model is better than dense; at 22 % and 16 % it is not distinguishable', // prettier-ignore
  }),
  scaling: () => ({
    rows: differences('xmoe-scaling', undefined, {
      'top-2 of half the width': 'top-2',
      'threshold, experts 1/2': 'threshold, width 1/2',
      'threshold, experts 1/4': 'threshold, width 1/4',
      'threshold, experts 1/8': 'threshold, width 1/8',
      dense: 'dense, 1/3 parameters',
    }),
    axis: BITS,
    description: 'Against Switch only the threshold router with experts of a quarter of the width is better; dense is worse', // prettier-ignore
  }),
  'activation-sparsity': () => ({
    rows: [
      between('xmoe-activation-sparsity', ['8 experts', '2 experts'], 'positiveActivations', '8 experts, not 2'), // prettier-ignore
      between('xmoe-activation-sparsity', ['8 experts of a quarter', '8 experts'], 'positiveActivations', 'a quarter as wide'), // prettier-ignore
    ],
    axis: 'difference in positive activations',
    description: 'The share of positive activations rises with the number of experts, and as they get smaller', // prettier-ignore
  }),
  translation: () => ({
    rows: differences('xmoe-translation', 'loss', {
      'threshold, half-width experts': 'threshold, width 1/2',
      'threshold, quarter-width experts': 'threshold, width 1/4',
      dense: null,
    }),
    axis: 'nats/token: lower is better',
    description: 'Against top-2 the threshold router with experts of a quarter of the width has a lower loss', // prettier-ignore
  }),
  frontier: () => ({
    rows: differences('null-frontier', 'loss', { dense: null }),
    axis: 'nats: lower is better',
    description: 'No density is distinguishable from 1 in loss',
  }),
  modality: () => ({
    rows: [
      within(MODALITY, 'ρ=1/2', groups('ink', 'background'), 'ink, ρ = 1/2'),
      within(MODALITY, 'ρ=1/4', groups('ink', 'background'), 'ink, ρ = 1/4'),
      within(MODALITY, 'ρ=1/2, no task loss', groups('ink', 'background'), 'ink, no task'),
      within(MODALITY, 'ρ=1/2', groups('text', 'vision'), 'text, ρ = 1/2'),
      within(MODALITY, 'ρ=1/4', groups('text', 'vision'), 'text, ρ = 1/4'),
      within(MODALITY, 'ρ=1/2, redundancy in the text', groups('text', 'vision'), 'text, redundant'), // prettier-ignore
      within(MODALITY, 'ρ=1/2, no task loss', groups('text', 'vision'), 'text, no task'),
    ],
    axis: 'difference in the share of real slots',
    description:
      'Ink gets more than background, text more than vision, unless the text is redundant',
  }),
  'balance-scope': () => ({
    rows: differences('routers-balance-scope'),
    axis: BITS,
    description: 'No scope of the balancing loss is distinguishable from the micro-batch',
  }),
  testbed: () => ({
    rows: ordered(differences('routers-testbed', undefined, marked)),
    axis: BITS,
    domain: [-0.4, 0.6],
    description: 'Every learned router is behind the oracle, remoe the least',
  }),
  zoo: () => ({
    rows: ordered(differences('routers-zoo', undefined, marked)),
    axis: BITS,
    domain: [-0.6, 0.6],
    description: 'Of all routers only noisy-topk, uniform and dense are distinguishable from top-k',
  }),
};

/** Every drawing: its place in docs/images, and the text of its file. */
export const drawings = () => [
  ['compute.svg', patches({ columns: 8, size: 96, captions: false })],
  ['compute-tiles.svg', patches({ columns: 4, size: 110, captions: false })],
  ['compute-answers.svg', patches({ columns: 4, size: 170, captions: true })],
  ...Object.entries(figures).map(([name, figure]) => [`results/${name}.svg`, forest(figure())]),
];
