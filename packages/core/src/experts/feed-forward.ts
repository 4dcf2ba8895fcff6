import type { DispatchPlan, Kernels, LinearOptions, Precision } from '@moekit/kernels';
import { defaultKernels } from '@moekit/kernels';
import type { Tensor2D, Tensor3D, Variable } from '@tensorflow/tfjs-core';
import { tidy } from '@tensorflow/tfjs-core';

import type { Experts } from '../contract/experts.js';
import {
  assertMembers,
  assertNumber,
  assertTensor,
  assertWord,
} from '../arguments/assert-arguments.js';
import { assertKinds } from '../arguments/assert-kinds.js';
import { assertSizes } from '../arguments/assert-sizes.js';
import { parameter } from '../contract/parameter.js';
import type { Rng } from '../contract/rng.js';
import { createRng, normalArray } from '../contract/rng.js';
import type { Activation } from './activation.js';
import { activate, assertActivation } from './activation.js';

export interface FeedForwardOptions {
  /** D */
  readonly modelWidth: number;
  /** F, the width of one expert. */
  readonly expertWidth: number;
  /** E; 1 is a dense layer. */
  readonly numExperts: number;
  readonly seed: number;
  /** Default relu. */
  readonly activation?: Activation;
  /** Default true for relu and gelu, false for swiglu. */
  readonly bias?: boolean;
  /**
   * `copies`: every expert starts with the same weights and routing alone breaks the symmetry (XMoE's reference code).
   * `independent` (default): each expert draws its own.
   */
  readonly init?: 'independent' | 'copies';
  /** Standard deviation of the input weights; default 1/sqrt(D). Output weights take `outputStd`, default 1/sqrt(F). */
  readonly inputStd?: number;
  readonly outputStd?: number;
  /** The precision of the products: `f16` (webgpu only), `bf16` (tensorflow only), see `Precision`. Default float32. */
  readonly precision?: Precision;
  readonly kernels?: Kernels;
  /**
   * Sees the activations between an expert's two products, float32 [S,F] in plan order, in every pass: for measurements.
   * They are disposed after it returns.
   */
  readonly onActivations?: (active: Tensor2D) => void;
}

/** E two-layer networks D -> F -> D, stored stacked and computed by grouped products. */
export class FeedForwardExperts implements Experts {
  readonly numExperts: number;
  readonly modelWidth: number;
  readonly #kernels: Kernels;
  readonly #activation: Activation;
  readonly #precision: Precision;
  readonly #onActivations: FeedForwardOptions['onActivations'];
  readonly #input: Variable; // [E,D,F]
  readonly #gate: Variable | undefined; // [E,D,F], swiglu only
  readonly #output: Variable; // [E,F,D]
  readonly #inputBias: Variable | undefined; // [E,F]
  readonly #outputBias: Variable | undefined; // [E,D]

  /** @throws MOE_SPEC, MOE_OPTIONS naming the option and what it may be */
  constructor(options: FeedForwardOptions) {
    assertOptions(options);
    const { modelWidth: d, expertWidth: f, numExperts: e, seed, init = 'independent' } = options;
    const { activation = 'relu', bias = activation !== 'swiglu' } = options;
    const { inputStd = 1 / Math.sqrt(d), outputStd = 1 / Math.sqrt(f) } = options;
    const draw = (label: string, shape: [number, number], std: number) =>
      stacked(createRng(seed).fork(label), [e, ...shape], std, init);
    this.numExperts = e;
    this.modelWidth = d;
    this.#kernels = options.kernels ?? defaultKernels;
    this.#activation = activation;
    this.#precision = options.precision ?? 'float32';
    this.#onActivations = options.onActivations;
    this.#input = draw('input', [d, f], inputStd);
    this.#gate = activation === 'swiglu' ? draw('gate', [d, f], inputStd) : undefined;
    this.#output = draw('output', [f, d], outputStd);
    this.#inputBias = bias ? zeros([e, f]) : undefined;
    this.#outputBias = bias ? zeros([e, d]) : undefined;
  }

  apply(x: Tensor2D, plan: DispatchPlan): Tensor2D {
    this.#assertRows(x);
    return tidy(() => this.#project(this.#hidden(x, plan, false), plan));
  }

  applyToTokens(x: Tensor2D, plan: DispatchPlan): Tensor2D {
    this.#assertRows(x);
    // SwiGLU reads the rows twice: they are gathered once.
    if (this.#gate) return tidy(() => this.apply(this.#kernels.dispatch(x, plan), plan));
    return tidy(() => this.#project(this.#hidden(x, plan, true), plan));
  }

  flopsPerRow(): number {
    const [, d, f] = this.#input.shape as [number, number, number];
    return (this.#gate ? 6 : 4) * d * f;
  }

  variables(): readonly Variable[] {
    const all = [this.#input, this.#gate, this.#output, this.#inputBias, this.#outputBias];
    return all.filter((v) => v !== undefined);
  }

  dispose(): void {
    this.variables().forEach((v) => v.dispose());
  }

  /** Zero rows are fine: a step may route no token. */
  #assertRows(x: Tensor2D): void {
    const rows = (x as Tensor2D | undefined)?.shape?.[0] ?? 'S';
    assertTensor('x of the experts', x, [rows, this.modelWidth]);
  }

  /** The activations between the two products. [S,D] (or tokens, [T,D]) -> [S,F] */
  #hidden(x: Tensor2D, plan: DispatchPlan, fromTokens: boolean): Tensor2D {
    const precision = this.#precision;
    const linear = (w: Variable, bias: Variable | undefined, options: LinearOptions) =>
      this.#kernels.groupedLinear(x, matrices(w), biases(bias), plan, { precision, ...options });
    if (this.#activation === 'relu') {
      return linear(this.#input, this.#inputBias, { fromTokens, activation: 'relu' });
    }
    const hidden = linear(this.#input, this.#inputBias, { fromTokens });
    const gate = this.#gate && linear(this.#gate, undefined, { fromTokens });
    return activate(this.#activation, hidden, gate);
  }

  /** [S,F] -> [S,D] */
  #project(hidden: Tensor2D, plan: DispatchPlan): Tensor2D {
    this.#onActivations?.(hidden);
    const [w, bias] = [matrices(this.#output), biases(this.#outputBias)];
    return this.#kernels.groupedLinear(hidden, w, bias, plan, { precision: this.#precision });
  }
}

const matrices = (w: Variable) => w as unknown as Tensor3D;
const biases = (bias: Variable | undefined) => bias as unknown as Tensor2D | undefined;

function stacked(
  rng: Rng,
  [e, rows, columns]: [number, number, number],
  std: number,
  init: 'independent' | 'copies',
): Variable {
  const size = rows * columns;
  const values = new Float32Array(e * size);
  for (let expert = 0; expert < e; expert++) {
    const drawn =
      init === 'copies' && expert > 0 ? values.subarray(0, size) : normalArray(rng, size, std);
    values.set(drawn, expert * size);
  }
  return parameter(values, [e, rows, columns]);
}

function zeros(shape: [number, number]): Variable {
  return parameter(new Float32Array(shape[0] * shape[1]), shape);
}

const known = {
  sizes: ['modelWidth', 'expertWidth', 'numExperts'],
  others: ['seed', 'activation', 'bias', 'init', 'inputStd', 'outputStd', 'precision', 'kernels'],
};

function assertOptions(options: FeedForwardOptions): void {
  const what = 'FeedForwardExperts';
  assertMembers(what, options, [...known.sizes, ...known.others, 'onActivations']);
  assertSizes(what, options, known.sizes);
  const { activation = 'relu', bias = true, init = 'copies', precision = 'float32' } = options;
  const { inputStd = 0, outputStd = 0, onActivations } = options;
  assertActivation(what, activation);
  assertKinds(what, { bias }, { bias: 'flag' });
  assertWord(`init of ${what}`, init, ['independent', 'copies']);
  assertWord(`precision of ${what}`, precision, ['float32', 'f16', 'bf16']);
  assertNumber(`inputStd of ${what}`, inputStd, { min: 0 });
  assertNumber(`outputStd of ${what}`, outputStd, { min: 0 });
  if (onActivations !== undefined) assertKinds(what, options, { onActivations: 'function' });
}
