import { combine, dispatchPlan, groupedLinear } from '@moekit/kernels';
import type { Tensor, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { grads, mul, sum, tensor2d, tensor3d } from '@tensorflow/tfjs-core';

const [T, E, A, B] = [37, 5, 33, 65] as const; // sizes that fit no tile; more rows than one

/** Numbers without a pattern, in [-1, 1). */
function numbers(count: number, seed: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => (((i + seed) * 7919) % 1009) / 504.5 - 1);
}

/**
 * Dispatch, a linear layer with relu, and combine, forward and backward, against a plain loop: through moekit's own
 * operations where they are loaded.
 * @returns what differs, or null
 */
export function checkLayer(): string | null {
  const [x, w, bias] = [numbers(T * A, 1), numbers(E * A * B, 2), numbers(E * B, 3)];
  const [weights, up] = [numbers(T * E, 4), numbers(T * B, 5)];
  const mask = Float32Array.from({ length: T * E }, (_, i) => Number((i * 7) % 3 === 0));
  const plan = dispatchPlan(tensor2d(mask, [T, E]));
  const upstream = tensor2d(up, [T, B]);
  const layer = (a: Tensor, b: Tensor, c: Tensor, d: Tensor) => {
    const options = { fromTokens: true, activation: 'relu' } as const;
    const y = groupedLinear(a as Tensor2D, b as Tensor3D, c as Tensor2D, plan, options);
    return combine(y, d as Tensor2D, plan);
  };
  const inputs = [
    tensor2d(x, [T, A]),
    tensor3d(w, [E, A, B]),
    tensor2d(bias, [E, B]),
    tensor2d(weights, [T, E]),
  ] as const;
  const got = [
    layer(...inputs),
    ...grads((...all: Tensor[]) =>
      sum(mul(layer(...(all as [Tensor, Tensor, Tensor, Tensor])), upstream)),
    )([...inputs]),
  ];
  const want = loop({ x, w, bias, weights, mask, up });
  const names = ['the layer', 'its gradient by x', 'by w', 'by the bias', 'by the weights'];
  const wrong = names.findIndex((_, i) => !near(got[i]!.dataSync() as Float32Array, want[i]!));
  return wrong < 0 ? null : `${names[wrong]} differs from a plain loop`;
}

interface Problem {
  readonly x: Float32Array;
  readonly w: Float32Array;
  readonly bias: Float32Array;
  readonly weights: Float32Array;
  readonly mask: Float32Array;
  readonly up: Float32Array;
}

/** The layer and its gradients, one pair of token and expert after the other, in float64. */
function loop({ x, w, bias, weights, mask, up }: Problem): Float64Array[] {
  const out = new Float64Array(T * B);
  const [dx, dw] = [new Float64Array(T * A), new Float64Array(E * A * B)];
  const [dbias, dweights] = [new Float64Array(E * B), new Float64Array(T * E)];
  for (let pair = 0; pair < T * E; pair++) {
    if (mask[pair] !== 1) continue;
    const [t, e] = [Math.floor(pair / E), pair % E];
    for (let b = 0; b < B; b++) {
      let y = bias[e * B + b]!;
      for (let a = 0; a < A; a++) y += x[t * A + a]! * w[(e * A + a) * B + b]!;
      if (y <= 0) continue; // relu: no value, no slope
      out[t * B + b]! += weights[pair]! * y;
      dweights[pair]! += up[t * B + b]! * y;
      const dy = weights[pair]! * up[t * B + b]!;
      dbias[e * B + b]! += dy;
      for (let a = 0; a < A; a++) {
        dx[t * A + a]! += dy * w[(e * A + a) * B + b]!;
        dw[(e * A + a) * B + b]! += dy * x[t * A + a]!;
      }
    }
  }
  return [out, dx, dw, dbias, dweights];
}

/** Float32 sums of some hundred terms against float64 ones. */
function near(got: Float32Array, want: Float64Array): boolean {
  const scale = Math.max(1, ...want.map(Math.abs));
  return got.length === want.length && got.every((v, i) => Math.abs(v - want[i]!) < 1e-5 * scale);
}
