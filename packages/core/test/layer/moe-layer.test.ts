import type { Activation, Experts, Router } from '@moekit/core';
import { createRng, FeedForwardExperts, isMoekitError, MoELayer, normalArray } from '@moekit/core';
import type { NaiveExpert } from '@moekit/core/testing';
import { naiveLayer, naiveLayerGradients } from '@moekit/core/testing';
import type {
  NamedTensorMap,
  Scalar,
  Tensor,
  Tensor1D,
  Tensor2D,
  Variable,
} from '@tensorflow/tfjs-core';
import {
  fill,
  memory,
  mul,
  sum,
  tensor2d,
  tidy,
  variable,
  variableGrads,
} from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';

import { onEachBackend } from '../backends.js';
import { expectClose, numbers } from '../gradient-check.js';
import { nested, randomExperts, rows, sizes, splitExperts, toNaive } from '../layers.js';

/** float32 sums of a few dozen terms of order 1 against float64. */
const tolerance = 2e-5;
const [T, E, D] = [6, 3, sizes.modelWidth];

const decisions: Record<string, number[][]> = {
  'uneven choices': [[1, 0, 0], [1, 1, 0], [1, 1, 1], [0, 1, 0], [1, 0, 1], [0, 0, 1]], // prettier-ignore
  'an empty expert': [[1, 0, 0], [1, 0, 1], [0, 0, 1], [1, 0, 0], [0, 0, 1], [1, 0, 1]], // prettier-ignore
  'all tokens to one expert': [[0, 0, 1], [0, 0, 1], [0, 0, 1], [0, 0, 1], [0, 0, 1], [0, 0, 1]], // prettier-ignore
  'padding and dropped tokens': [[1, 0, 0], [0, 0, 0], [0, 1, 1], [0, 0, 0], [0, 0, 0], [1, 1, 0]], // prettier-ignore
  'nothing dispatched': [[0, 0, 0], [0, 0, 0], [0, 0, 0], [0, 0, 0], [0, 0, 0], [0, 0, 0]], // prettier-ignore
};

/** A router whose decision is given; its one variable holds the combine weights. */
function fixedRouter(mask: number[][], weights: Variable): Router {
  return {
    name: 'fixed',
    numExperts: E,
    causal: true,
    expertsPerToken: null,
    route: () => {
      const dispatchMask = tensor2d(mask);
      const combineWeights = mul<Tensor2D>(weights as Tensor, dispatchMask);
      return { combineWeights, dispatchMask, logits: combineWeights, probs: combineWeights, losses: [] }; // prettier-ignore
    },
    flopsPerToken: () => 0,
    variables: () => [weights],
    dispose: () => weights.dispose(),
  };
}

/** The gradients of an expert family, expert by expert. */
function gradientsOf(experts: Experts, activation: Activation, grads: NamedTensorMap) {
  const stacked = experts.variables().map((v) => nested(grads[v.name]!));
  return splitExperts(stacked, activation);
}

function expectExperts(got: readonly NaiveExpert[], wanted: readonly NaiveExpert[]): void {
  expect(got.length).toBe(wanted.length);
  got.forEach((expert, e) => {
    for (const member of Object.keys(expert) as (keyof NaiveExpert)[]) {
      expectClose([expert[member]!].flat(2), [wanted[e]![member]!].flat(2), tolerance);
    }
  });
}

const context = () => ({ training: true, rng: createRng(1) });
const random = (label: string, size: number) => normalArray(createRng(4).fork(label), size);

onEachBackend('the MoE layer against the naive loop', () => {
  let before = 0;
  beforeEach(() => void (before = memory().numTensors));
  afterEach(() => expect(memory().numTensors).toBe(before));

  const cases = (['relu', 'gelu', 'swiglu'] as Activation[]).flatMap((activation) =>
    [false, true].flatMap((shared) =>
      Object.keys(decisions).map((decision) => ({ activation, shared, decision })),
    ),
  );

  it.each(cases)('$activation, shared expert $shared, $decision', (given) => {
    const { activation } = given;
    const dispatchMask = decisions[given.decision]!;
    const [x, dy] = [random('x', T * D), random('dy', T * D)];
    const weights = random('weights', T * E);
    const [input, combineWeights] = tidy(() => [
      variable(tensor2d(x, [T, D])),
      variable(tensor2d(weights, [T, E])),
    ]) as [Variable, Variable];
    const sharedExpert = given.shared ? randomExperts(activation, 1, 8) : undefined;
    const layer = new MoELayer({
      router: fixedRouter(dispatchMask, combineWeights),
      experts: randomExperts(activation, E, 6),
      ...(sharedExpert && { sharedExpert }),
    });

    const naive = {
      activation,
      experts: toNaive(layer.experts, activation),
      ...(sharedExpert && { sharedExpert: toNaive(sharedExpert, activation)[0]! }),
    };
    const tokens = rows(Array.from(x), D);
    const decision = { dispatchMask, combineWeights: rows(Array.from(weights), E) };
    const wanted = naiveLayer(naive, tokens, decision);
    const gradients = naiveLayerGradients(naive, tokens, decision, rows(Array.from(dy), D));

    tidy(() => {
      const forward = () => layer.call(input as unknown as Tensor2D, context()).output;
      expectClose(numbers(forward()), wanted.flat(), tolerance);
      const { grads } = variableGrads(
        () => sum(mul(forward(), tensor2d(dy, [T, D]))) as Scalar,
        [input, ...layer.variables()],
      );
      expectClose(numbers(grads[input.name]!), gradients.x.flat(), tolerance);
      const dWeights = gradients.combineWeights.flat();
      expectClose(numbers(grads[combineWeights.name]!), dWeights, tolerance);
      expectExperts(gradientsOf(layer.experts, activation, grads), gradients.experts);
      if (!sharedExpert) return;
      expectExperts(gradientsOf(sharedExpert, activation, grads), [gradients.sharedExpert!]);
    });
    layer.dispose();
    input.dispose();
  });

  it('agrees with the loop for any mask whatever', () => {
    const layer = randomExperts('gelu', E, 6);
    const naive = { activation: 'gelu' as const, experts: toNaive(layer, 'gelu') };
    const pair = fc.constantFrom(0, 1);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(pair, pair, pair), { minLength: 1, maxLength: 9 }),
        fc.integer(),
        (dispatchMask, seed) => {
          const tokens = dispatchMask.length;
          const x = normalArray(createRng(seed), tokens * D);
          const weights = normalArray(createRng(seed).fork('weights'), tokens * E);
          const decision = { dispatchMask, combineWeights: rows(Array.from(weights), E) };
          const wanted = naiveLayer(naive, rows(Array.from(x), D), decision);
          tidy(() => {
            const held = variable(tensor2d(weights, [tokens, E]));
            const router = fixedRouter(dispatchMask, held);
            const { output } = new MoELayer({ router, experts: layer }).call(
              tensor2d(x, [tokens, D]),
              context(),
            );
            expectClose(numbers(output), wanted.flat(), tolerance);
            held.dispose();
          });
        },
      ),
      { numRuns: 40 },
    );
    layer.dispose();
  });

  it('adds the copied input where a router has copy experts', () => {
    const weights = tidy(() => variable(tensor2d(new Float32Array(T * E), [T, E])));
    const fixed = fixedRouter(decisions['nothing dispatched']!, weights);
    const router: Router = {
      ...fixed,
      route: (x, c) => {
        const routed = fixed.route(x, c);
        const half = fill([T], 0.5) as Tensor1D;
        return { ...routed, zeroCompute: { mass: half, slots: half, copyWeight: half } };
      },
    };
    const layer = new MoELayer({ router, experts: randomExperts('relu', E, 1) });
    tidy(() => {
      const x = random('x', T * D);
      const { output } = layer.call(tensor2d(x, [T, D]), context());
      expectClose(
        numbers(output),
        x.map((value) => value / 2),
      );
    });
    layer.dispose();
  });
});

onEachBackend('the MoE layer refuses', () => {
  const layerOf = (router: Router) =>
    new MoELayer({ router, experts: randomExperts('relu', E, 1) });
  const code = (call: () => unknown) => {
    try {
      call();
    } catch (error) {
      return isMoekitError(error) ? `${error.code} ${error.message}` : String(error);
    }
    return 'nothing thrown';
  };
  const withRouter = (change: Partial<Router>, use: (layer: MoELayer) => void) => {
    const weights = tidy(() => variable(tensor2d(new Float32Array(T * E), [T, E])));
    const layer = layerOf({ ...fixedRouter(decisions['uneven choices']!, weights), ...change });
    tidy(() => use(layer));
    layer.dispose();
  };

  it('tokens that are not float32 [T,D]', () => {
    withRouter({}, (layer) => {
      const x = tensor2d([1, 2], [1, 2], 'int32');
      expect(code(() => layer.call(x, context()))).toMatch(/^MOE_SHAPE .*int32 \[1, 2\]/);
    });
  });

  it('a routing of another shape', () => {
    const route = () => {
      const wrong = tensor2d([[1, 0, 0]]);
      return { combineWeights: wrong, dispatchMask: wrong, logits: wrong, probs: wrong, losses: [] }; // prettier-ignore
    };
    withRouter({ route }, (layer) => {
      const x = tensor2d(random('x', T * D), [T, D]);
      expect(code(() => layer.call(x, context()))).toMatch(
        /^MOE_ROUTING Router fixed .*combineWeights: float32 \[1, 3\] instead of float32 \[6, 3\]/,
      );
    });
  });

  it('a router and experts of different sizes', () => {
    const experts = new FeedForwardExperts({ ...sizes, numExperts: 2, seed: 1 });
    const weights = tidy(() => variable(tensor2d(new Float32Array(T * E), [T, E])));
    const router = fixedRouter(decisions['uneven choices']!, weights);
    expect(code(() => new MoELayer({ router, experts }))).toMatch(/^MOE_SPEC .*3 in the router/);
    [experts, router].forEach((part) => part.dispose());
  });
});
