import '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

import {
  MoELayer,
  decodeRoutingStats,
  encodeRoutingStats,
  expertCapacity,
  summariseRouting,
  totalRouterLoss,
} from '@moekit/core';
import { useBackend } from '@moekit/core/testing';
import type { Scalar, Tensor2D, Variable } from '@tensorflow/tfjs-core';
import { add, log, sum, tensor2d, tidy, variable, variableGrads } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';

import { routeLogits } from '../src/index.js';
import type { LayerCase } from './golden.js';
import { layerCases, selectionItems } from './golden.js';
import { context, expertsOf, layerOf, routerOfLogits, transpose } from './layer.js';
import { expectNear } from './near.js';
import { logitsOf } from './reference.js';

/** Relative, with the floor of 1 of expectNear; float32 has 6e-8 and the sums are short. */
const TOLERANCE = 1e-5;

describe.each(['cpu', process.env['MOEKIT_TEST_BACKEND'] ?? 'wasm'])('on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  describe('the router and the golden selections (G1)', () => {
    it.each(selectionItems)('t = $t: $note', (item) => {
      tidy(() => {
        const logits = log(tensor2d([item.probs]));
        const routing = routeLogits(logits, { threshold: item.t, balanceCoefficient: 0 });
        const row = routing.combineWeights.arraySync()[0]!;
        const ids = item.selected_expert_ids;
        expectNear(
          ids.map((e) => row[e]),
          item.selected_weights_not_renormalised,
          TOLERANCE,
        );
        expect(row.filter((w) => w > 0)).toHaveLength(item.k);
      });
    });
  });

  describe.each(layerCases)('the layer and golden $name', (golden) => {
    const { expected } = golden;
    const given = golden.logits ?? logitsOf(golden.x, golden.gate!);

    if (golden.gate)
      it('from the gate: outputs, decisions, counts', () => {
        const layer = layerOf(golden);
        tidy(() => expectLayer(golden, layer));
        layer.dispose();
      });

    it('from the logits: outputs, decisions, counts', () => {
      const { layer, dispose } = layerOfLogits(golden, given);
      tidy(() => expectLayer(golden, layer));
      dispose();
    });

    if (expected.grads)
      it('gradients through logits and experts', () => {
        const grads = expected.grads!;
        const { layer, dispose } = layerOfLogits(golden, given);
        const x: Variable = variable(tensor2d(golden.x));
        const got = gradientsOf(layer, x);
        const [logits, input, output, inputBias, outputBias] = layer.variables().map(got);
        expectNear(logits, grads.logits, TOLERANCE, 'logits');
        expectNear(
          input,
          grads.experts.map(({ W1 }) => transpose(W1)),
          TOLERANCE,
          'W1',
        );
        expectNear(
          output,
          grads.experts.map(({ W2 }) => transpose(W2)),
          TOLERANCE,
          'W2',
        );
        expectNear(
          inputBias,
          grads.experts.map(({ b1 }) => b1),
          TOLERANCE,
          'b1',
        );
        expectNear(
          outputBias,
          grads.experts.map(({ b2 }) => b2),
          TOLERANCE,
          'b2',
        );
        if (grads.x_via_experts_only) expectNear(got(x), grads.x_via_experts_only, TOLERANCE, 'x');
        dispose();
        x.dispose();
      });

    if (expected.grads?.Wg)
      it('gradients through the gate', () => {
        const layer = layerOf(golden);
        const x: Variable = variable(tensor2d(golden.x));
        const got = gradientsOf(layer, x);
        expectNear(
          transpose(got(layer.variables()[0]!) as number[][]),
          expected.grads!.Wg,
          TOLERANCE,
        );
        expectNear(got(x), expected.grads!.x, TOLERANCE, 'x');
        layer.dispose();
        x.dispose();
      });

    if (expected.grads)
      it('gradient of the balancing loss alone', () => {
        const { layer, dispose } = layerOfLogits(golden, given);
        const [logits] = layer.variables() as [Variable];
        const loss = () =>
          layer.router.route(logits as unknown as Tensor2D, context({ training: true })).losses[0]!
            .value;
        const { value, grads } = variableGrads(loss, [logits]);
        expectNear(value.arraySync(), expected.balance.l_aux, TOLERANCE, 'l_aux');
        expectNear(
          grads[logits.name]!.arraySync(),
          expected.grads!.logits_of_l_aux_alone,
          TOLERANCE,
          'logits',
        );
        dispose();
      });
  });
});

function expectLayer({ x, expected }: LayerCase, layer: MoELayer): void {
  const { output, routing } = layer.call(tensor2d(x), context({ training: true }));
  expect(routing.dispatchMask.arraySync()).toEqual(expected.kept_mask);
  const wanted = expected.rank_matrix_minus1_is_unselected.map((r) => r.map((v) => +(v >= 0)));
  expect((routing.selectionMask ?? routing.dispatchMask).arraySync()).toEqual(wanted);
  expectNear(routing.probs.arraySync(), expected.gates_softmax, TOLERANCE, 'probs');
  expectNear(routing.combineWeights.arraySync(), expected.combine_weights, TOLERANCE, 'weights');
  expectNear(routing.losses[0]!.value.arraySync(), expected.balance.l_aux, TOLERANCE, 'l_aux');
  expectNear(output.arraySync(), expected.y, TOLERANCE, 'y');
  const stats = decodeRoutingStats(encodeRoutingStats(routing).dataSync());
  const { expertsPerToken, droppedShare } = summariseRouting(stats);
  const { metrics } = expected;
  expectNear(stats.selectedPairs / x.length, metrics.want_num, TOLERANCE, 'want_num');
  expectNear(expertsPerToken, metrics.chosen_num, TOLERANCE, 'chosen_num');
  expectNear(1 - droppedShare, metrics.kept_assignment_fraction, TOLERANCE, 'kept share');
  expect(stats.tokensPerExpert).toEqual(expected.per_expert.map(({ kept }) => kept.length));
}

function layerOfLogits(golden: LayerCase, given: number[][]) {
  const { threshold, capacityFactor, minCapacity } = golden;
  const logits: Variable = variable(tensor2d(given));
  const capacity = expertCapacity(golden.x.length, golden.experts.length, {
    capacityFactor,
    minCapacity,
  });
  const router = routerOfLogits(logits, (z) =>
    routeLogits(z, { threshold, capacity, balanceCoefficient: 0.01 }),
  );
  const layer = new MoELayer({ router, experts: expertsOf(golden) });
  const dispose = () => {
    layer.dispose();
    logits.dispose();
  };
  return { layer, dispose };
}

/** Gradients of sum(y) + 0.01 l_aux, read by variable. */
function gradientsOf(layer: MoELayer, x: Variable): (v: Variable) => unknown {
  const loss = () => {
    const { output, routing } = layer.call(x as unknown as Tensor2D, context({ training: true }));
    return add<Scalar>(sum(output), totalRouterLoss(routing.losses));
  };
  const { grads } = variableGrads(loss, [x, ...layer.variables()]);
  return (v) => grads[v.name]!.arraySync();
}
