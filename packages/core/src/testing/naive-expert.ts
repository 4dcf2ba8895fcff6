import type { Activation } from '../experts/activation.js';

export type Vector = readonly number[];
export type Matrix = readonly Vector[];

/** One expert in plain float64 numbers. The same shape holds its gradients. */
export interface NaiveExpert {
  /** [D][F] */
  readonly input: Matrix;
  /** [D][F], swiglu only */
  readonly gate?: Matrix;
  /** [F][D] */
  readonly output: Matrix;
  /** [F], zeros when absent */
  readonly inputBias?: Vector;
  /** [D], zeros when absent */
  readonly outputBias?: Vector;
}

/** One token through one expert: y = act(x W_in + b_in) W_out + b_out, or (silu(x W_gate) * x W_in) W_out. */
export function naiveExpert(activation: Activation, expert: NaiveExpert, x: Vector): number[] {
  const { active } = naiveHidden(activation, expert, x);
  return plus(rowTimes(active, expert.output), expert.outputBias);
}

/**
 * Gradients of one token's pass, derived by hand.
 * @param dy gradient of the loss with respect to y, [D]
 */
export function naiveExpertGradient(
  activation: Activation,
  expert: NaiveExpert,
  x: Vector,
  dy: Vector,
): { x: number[]; expert: Required<NaiveExpert> } {
  const { hidden, gate, active } = naiveHidden(activation, expert, x);
  const dActive = timesRow(expert.output, dy); // [F]
  const swiglu = activation === 'swiglu';
  const dHidden = dActive.map((d, f) =>
    swiglu ? d * silu(gate[f]!) : d * slope(activation, hidden[f]!),
  );
  const dGate = dActive.map((d, f) => (swiglu ? d * hidden[f]! * siluSlope(gate[f]!) : 0));
  const throughGate = expert.gate ? timesRow(expert.gate, dGate) : undefined;
  return {
    x: plus(timesRow(expert.input, dHidden), throughGate),
    expert: {
      input: outer(x, dHidden),
      gate: outer(x, dGate),
      output: outer(active, dy),
      inputBias: dHidden,
      outputBias: [...dy],
    },
  };
}

function naiveHidden(activation: Activation, expert: NaiveExpert, x: Vector) {
  const hidden = plus(rowTimes(x, expert.input), expert.inputBias); // [F]
  const gate = expert.gate ? rowTimes(x, expert.gate) : []; // [F]
  const active = hidden.map((h, f) =>
    activation === 'swiglu' ? silu(gate[f]!) * h : activation === 'relu' ? Math.max(h, 0) : gelu(h),
  );
  return { hidden, gate, active };
}

const SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);

function gelu(h: number): number {
  return (h / 2) * (1 + Math.tanh(SQRT_2_OVER_PI * (h + 0.044715 * h ** 3)));
}

function slope(activation: Activation, h: number): number {
  if (activation === 'relu') return h > 0 ? 1 : 0;
  const tanh = Math.tanh(SQRT_2_OVER_PI * (h + 0.044715 * h ** 3));
  return (1 + tanh + h * (1 - tanh ** 2) * SQRT_2_OVER_PI * (1 + 3 * 0.044715 * h ** 2)) / 2;
}

function silu(g: number): number {
  return g / (1 + Math.exp(-g));
}

function siluSlope(g: number): number {
  const s = 1 / (1 + Math.exp(-g));
  return s * (1 + g * (1 - s));
}

/** [A] x [A][B] -> [B] */
export function rowTimes(row: Vector, matrix: Matrix): number[] {
  return matrix[0]!.map((_, b) => row.reduce((sum, value, a) => sum + value * matrix[a]![b]!, 0));
}

/** [A][B] x [B] -> [A] */
export function timesRow(matrix: Matrix, row: Vector): number[] {
  return matrix.map((left) => left.reduce((sum, value, b) => sum + value * row[b]!, 0));
}

/** [A] x [B] -> [A][B] */
export function outer(a: Vector, b: Vector): number[][] {
  return a.map((left) => b.map((right) => left * right));
}

/** Sum of vectors, `undefined` being 0. */
export function plus(a: Vector, b: Vector | undefined): number[] {
  return a.map((value, i) => value + (b?.[i] ?? 0));
}
