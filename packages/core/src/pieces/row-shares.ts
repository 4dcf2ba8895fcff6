import type { GradSaveFunc, Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { cast, customGrad, div, greaterEqual, maximum, mul, sub, sum } from '@tensorflow/tfjs-core';

/**
 * Each row divided by its sum, with a gradient of its own: that of a quotient on the tape costs three times as much.
 * Formula:  y_te = x_te / n_t,  n_t = max(sum_j x_tj, least);  dx_te = (dy_te - [sum >= least] sum_j dy_tj y_tj) / n_t
 * @param x float32 [T,E]      @param least bound of the divisor; 0 where sums are above 0
 */
export function rowShares(x: Tensor2D, least: number): Tensor2D {
  return customGrad<Tensor2D>((...inputs) => {
    const [rows, save] = inputs as unknown as [Tensor2D, GradSaveFunc];
    const total: Tensor2D = sum(rows, 1, true); // [T,1]
    const size: Tensor2D = maximum(total, least);
    const value: Tensor2D = div(rows, size);
    save([value, size, total]);
    return { value, gradFunc: (dy, saved) => gradientOf(dy, saved, least) };
  })(x);
}

function gradientOf(dy: Tensor, [shares, size, total]: Tensor[], least: number): Tensor {
  const common = sum(mul(dy, shares!), 1, true); // [T,1]
  const moves = cast(greaterEqual(total!, least), 'float32'); // a bound divisor does not
  return div(sub(dy, mul(common, moves)), size!);
}
