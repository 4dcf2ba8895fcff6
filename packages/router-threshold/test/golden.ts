import { readFileSync } from 'node:fs';

import type { Matrix, ReferenceExpert } from './reference.js';

/**
 * goldens/xmoe.json: float64 numbers of an XMoE router, cross-checked by their author against the authors' released
 * routing function (github ysngki/XMoE) under torch; its `_comment` and `conventions` say the rest.
 */
const read = JSON.parse(readFileSync(new URL('goldens/xmoe.json', import.meta.url), 'utf8'));

export interface SelectionItem {
  readonly probs: number[];
  readonly t: number;
  readonly note: string;
  readonly sorted_expert_ids: number[];
  readonly cumsum: number[];
  readonly exclusive_prefix: number[];
  readonly k: number;
  readonly selected_expert_ids: number[];
  readonly selected_weights_not_renormalised: number[];
}

/** One full layer: inputs, rule, and what must come out. */
export interface LayerCase {
  readonly name: string;
  readonly x: Matrix;
  readonly gate?: Matrix;
  readonly logits?: Matrix;
  readonly experts: ReferenceExpert[];
  readonly threshold: number;
  readonly capacityFactor: number;
  readonly minCapacity: number;
  readonly expected: Expected;
}

export interface Expected {
  readonly gates_softmax: Matrix;
  readonly capacity: number;
  readonly sorted_expert_ids: Matrix;
  readonly cumsum: Matrix;
  readonly num_experts_wanted: number[];
  readonly rank_matrix_minus1_is_unselected: Matrix;
  readonly per_expert: { wanted_in_priority_order: number[]; kept: number[]; dropped: number[] }[];
  readonly kept_mask: Matrix;
  readonly num_experts_kept: number[];
  readonly combine_weights: Matrix;
  readonly balance: Record<'mean_gate_me' | 'top1_counts' | 'top1_fraction_ce', number[]> & {
    l_aux: number;
  };
  readonly metrics: Record<string, number | number[]>;
  readonly expert_out: Matrix[];
  readonly y: Matrix;
  readonly grads?: Gradients;
  readonly flops?: Record<string, number>;
}

export interface Gradients {
  readonly logits: Matrix;
  readonly logits_of_l_aux_alone: Matrix;
  readonly Wg?: Matrix;
  readonly x?: Matrix;
  readonly x_via_experts_only?: Matrix;
  readonly experts: ReferenceExpert[];
}

const [g1, g2, g3, g4] = read.cases;

export const selectionItems: SelectionItem[] = g1.items;

export const layerCases: LayerCase[] = [
  layerCase('G2, no drops', g2.inputs, g2.inputs, g2.expected),
  ...g3.variants.map((v: typeof g2) =>
    layerCase(`G3, gamma ${v.gamma}`, g3.inputs, { ...v, t: g3.inputs.t }, v.expected),
  ),
  layerCase('G4, dense', g4.inputs, g4.dense, g4.dense.expected),
  layerCase('G4, sparse', g4.inputs, g4.sparse, g4.sparse.expected),
];

function layerCase(name: string, inputs: typeof g2, rule: typeof g2, expected: typeof g2) {
  const { loss: _, grads_of_sum_y_plus_0p01_l_aux: ofLogits, ...rest } = expected;
  return {
    name,
    x: inputs.x,
    gate: inputs.Wg,
    logits: inputs.logits,
    experts: inputs.experts,
    threshold: rule.t,
    capacityFactor: rule.gamma,
    minCapacity: rule.min_capacity,
    expected: { ...rest, grads: rest.grads ?? ofLogits },
  };
}
