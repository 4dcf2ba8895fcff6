import { describe, expect, it } from 'vitest';

import { layerCases, selectionItems } from './golden.js';
import { expectNear } from './near.js';
import {
  gateGradients,
  gradientsReference,
  layerReference,
  logitsOf,
  metricsReference,
  routeReference,
  selectReference,
  softmaxOf,
} from './reference.js';

const TOLERANCE = 1e-12;

describe('the float64 reference and the golden selections (G1)', () => {
  it.each(selectionItems)('t = $t: $note', (item) => {
    const { order, cumulative, prefix, wanted } = selectReference(item.probs, item.t);
    expect(order).toEqual(item.sorted_expert_ids);
    expectNear(cumulative, item.cumsum, TOLERANCE);
    expectNear(prefix, item.exclusive_prefix, TOLERANCE);
    expect(wanted).toBe(item.k);
    expect(order.slice(0, wanted)).toEqual(item.selected_expert_ids);
  });
});

describe.each(layerCases)('the float64 reference and golden $name', (golden) => {
  const { expected } = golden;
  const logits = golden.logits ?? logitsOf(golden.x, golden.gate!);
  const routing = routeReference(logits.map(softmaxOf), golden);

  it('decides the same', () => {
    expectNear(routing.probs, expected.gates_softmax, TOLERANCE);
    expect(routing.capacity).toBe(expected.capacity);
    expect(routing.chosen.map(({ order }) => order)).toEqual(expected.sorted_expert_ids);
    expect(routing.chosen.map(({ wanted }) => wanted)).toEqual(expected.num_experts_wanted);
    expect(routing.rank).toEqual(expected.rank_matrix_minus1_is_unselected);
    expect(routing.queues).toEqual(expected.per_expert.map((e) => e.wanted_in_priority_order));
    expect(routing.kept).toEqual(expected.kept_mask);
    expectNear(routing.weights, expected.combine_weights, TOLERANCE);
  });

  it('has the same balancing loss and metrics', () => {
    expectNear(routing.meanGate, expected.balance.mean_gate_me, TOLERANCE);
    expect(routing.top1Counts).toEqual(expected.balance.top1_counts);
    expectNear(routing.balanceLoss, expected.balance.l_aux, TOLERANCE);
    const metrics: Record<string, number | number[]> = metricsReference(routing);
    for (const [name, value] of Object.entries(expected.metrics)) {
      expectNear(metrics[name], value, TOLERANCE, name);
    }
  });

  it('has the same outputs', () => {
    const { expertOut, y } = layerReference(golden.x, routing.weights, golden.experts);
    expectNear(expertOut, expected.expert_out, TOLERANCE);
    expectNear(y, expected.y, TOLERANCE);
  });

  if (expected.grads)
    it('has the same gradients', () => {
      const grads = expected.grads!;
      const got = gradientsReference(golden.x, routing, golden.experts, 0.01);
      expectNear(got.logits, grads.logits, TOLERANCE, 'logits');
      expectNear(got.balance, grads.logits_of_l_aux_alone, TOLERANCE, 'balance');
      grads.experts.forEach((expert, e) =>
        (['W1', 'b1', 'W2', 'b2'] as const).forEach((name) =>
          expectNear(got.experts[e]![name], expert[name], TOLERANCE, `expert ${e} ${name}`),
        ),
      );
      if (grads.x_via_experts_only) {
        expectNear(got.xThroughExperts, grads.x_via_experts_only, TOLERANCE, 'x');
      }
      if (!golden.gate) return;
      const throughGate = gateGradients(golden.x, golden.gate, got.logits);
      const x = got.xThroughExperts.map((row, s) => row.map((v, d) => v + throughGate.x[s]![d]!));
      expectNear(throughGate.gate, grads.Wg, TOLERANCE, 'Wg');
      expectNear(x, grads.x, TOLERANCE, 'x');
    });
});
