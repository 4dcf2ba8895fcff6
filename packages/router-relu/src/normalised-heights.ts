import type { RouterSpec, RouterState } from '@moekit/core';
import { parameter } from '@moekit/core';
import type { GradSaveFunc, Rank, Tensor, Tensor2D, Variable } from '@tensorflow/tfjs-core';
import { add, customGrad, div, mean, mul, sqrt, square, sub, sum } from '@tensorflow/tfjs-core';

/**
 * The weights of open gates: their root mean square over all E experts is 1 before the scale.
 * Formula:  w_te = g_e r_te / sqrt(mean_j r_tj^2 + eps),  r = relu(z)   (BlockFFN, 2507.08771 section 3.1)
 * @param heights float32 [T,E], r      @param scale float32 [1,E], g      Gradient: through both.
 */
export function normalisedHeights(heights: Tensor2D, scale: Tensor2D, epsilon: number): Tensor2D {
  return customGrad<Tensor2D>((...inputs) => {
    const [r, g, save] = inputs as unknown as [Tensor2D, Tensor2D, GradSaveFunc];
    const size: Tensor2D = sqrt(add(mean(square(r), 1, true), epsilon)); // [T,1]
    const unit: Tensor2D = div(r, size);
    save([unit, size, g]);
    return { value: mul<Tensor2D>(unit, g), gradFunc: gradientOf };
  })(heights, scale);
}

/** Of r and g:  dr = (u - n mean_e(u n)) / size,  dg = sum_t dw n  with n = r / size and u = dw g. */
function gradientOf(dy: Tensor, saved: Tensor[]): Tensor[] {
  const [unit, size, g] = saved as [Tensor, Tensor, Tensor];
  const ofUnit = mul(dy, g);
  const along = mean(mul(ofUnit, unit), 1, true); // [T,1]
  return [div(sub(ofUnit, mul(unit, along)), size), sum(mul(dy, unit), 0, true)];
}

/** g, learned, from 1: one number for each expert. */
export interface Scale extends RouterState {
  /** float32 [1,E] */
  readonly values: Variable<Rank.R2>;
}

export function createScale({ numExperts }: RouterSpec): Scale {
  const values = parameter<Rank.R2>(new Float32Array(numExperts).fill(1), [1, numExperts]);
  return { values, variables: () => [values], dispose: () => values.dispose() };
}
