import type { Activation } from '../experts/activation.js';
import { assertNaive } from './assert-naive.js';
import type { Matrix, NaiveExpert, Vector } from './naive-expert.js';
import { naiveExpert, naiveExpertGradient, plus } from './naive-expert.js';

/** A whole MoE layer in plain float64 numbers: the decision is given, the rest is loops. */
export interface NaiveLayer {
  readonly activation: Activation;
  readonly experts: readonly NaiveExpert[];
  readonly sharedExpert?: NaiveExpert;
}

export interface NaiveDecision {
  /** [T][E] of 0/1 */
  readonly dispatchMask: Matrix;
  /** [T][E] */
  readonly combineWeights: Matrix;
  /** [T][D] see ZeroCompute; nothing when absent. */
  readonly constant?: Matrix;
}

export interface NaiveGradients {
  /** [T][D] */
  readonly x: number[][];
  /** [T][E]; 0 where not dispatched */
  readonly combineWeights: number[][];
  /** [T][D] */
  readonly constant: number[][];
  readonly experts: Required<NaiveExpert>[];
  readonly sharedExpert: Required<NaiveExpert> | undefined;
}

/**
 * y_t = shared(x_t) + constant_t + sum over the dispatched e of w_te expert_e(x_t): the oracle of kernels and layers.
 * @param x [T][D]      @returns [T][D]
 */
export function naiveLayer(layer: NaiveLayer, x: Matrix, decision: NaiveDecision): number[][] {
  assertNaive('naiveLayer', layer, decision, { x });
  const { activation, experts, sharedExpert } = layer;
  return x.map((token, t) => {
    const shared = sharedExpert && naiveExpert(activation, sharedExpert, token);
    return experts.reduce<number[]>(
      (y, expert, e) => {
        if (decision.dispatchMask[t]![e] !== 1) return y;
        const weight = decision.combineWeights[t]![e]!;
        return plus(
          y,
          naiveExpert(activation, expert, token).map((value) => weight * value),
        );
      },
      plus(plus(new Array<number>(token.length).fill(0), shared), decision.constant?.[t]),
    );
  });
}

/**
 * The gradients of `sum(dy * naiveLayer(...))`, analytic, derived by hand (see naive-expert.ts).
 * @param dy [T][D]
 */
export function naiveLayerGradients(
  layer: NaiveLayer,
  x: Matrix,
  decision: NaiveDecision,
  dy: Matrix,
): NaiveGradients {
  assertNaive('naiveLayerGradients', layer, decision, { x, dy });
  const { activation, experts, sharedExpert } = layer;
  const dx = x.map((token) => token.map(() => 0));
  const dWeights = decision.combineWeights.map((row) => row.map(() => 0));
  const dExperts = experts.map((expert) => zerosLike(expert));
  let dShared = sharedExpert && zerosLike(sharedExpert);
  x.forEach((token, t) => {
    const upstream = dy[t]!;
    experts.forEach((expert, e) => {
      if (decision.dispatchMask[t]![e] !== 1) return;
      const weight = decision.combineWeights[t]![e]!;
      dWeights[t]![e] = dot(upstream, naiveExpert(activation, expert, token));
      const weighted = upstream.map((d) => weight * d);
      const gradient = naiveExpertGradient(activation, expert, token, weighted);
      dx[t] = plus(dx[t]!, gradient.x);
      dExperts[e] = addExperts(dExperts[e]!, gradient.expert);
    });
    if (!sharedExpert || !dShared) return;
    const gradient = naiveExpertGradient(activation, sharedExpert, token, upstream);
    dx[t] = plus(dx[t]!, gradient.x);
    dShared = addExperts(dShared, gradient.expert);
  });
  const dConstant = dy.map((row) => [...row]);
  return {
    x: dx,
    combineWeights: dWeights,
    constant: dConstant,
    experts: dExperts,
    sharedExpert: dShared,
  };
}

function zerosLike({ input, output }: NaiveExpert): Required<NaiveExpert> {
  const zeros = (matrix: Matrix) => matrix.map((row) => row.map(() => 0));
  return {
    input: zeros(input),
    gate: zeros(input),
    output: zeros(output),
    inputBias: input[0]!.map(() => 0),
    outputBias: output[0]!.map(() => 0),
  };
}

function addExperts(a: Required<NaiveExpert>, b: Required<NaiveExpert>): Required<NaiveExpert> {
  const add = (left: Matrix, right: Matrix) => left.map((row, i) => plus(row, right[i]));
  return {
    input: add(a.input, b.input),
    gate: add(a.gate, b.gate),
    output: add(a.output, b.output),
    inputBias: plus(a.inputBias, b.inputBias),
    outputBias: plus(a.outputBias, b.outputBias),
  };
}

function dot(a: Vector, b: Vector): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}
