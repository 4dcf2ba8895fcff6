import type { GradSaveFunc, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { customGrad, gather, unsortedSegmentSum } from '@tensorflow/tfjs-core';

/**
 * The rows of a table by id.
 * @param table float32 [V,D]      @param ids int32 [T], all below V      @returns float32 [T,D], owned by the caller
 *   Gradient: through the table (rows summed per id), without the transposes of tfjs's own gradient of `gather`.
 */
export function embed(table: Tensor2D, ids: Tensor1D): Tensor2D {
  return customGrad<Tensor2D>((...inputs) => {
    const [rows, save] = inputs as [Tensor, GradSaveFunc];
    save([ids]);
    return {
      value: gather(rows as Tensor2D, ids),
      gradFunc: (dy, saved) => unsortedSegmentSum(dy, saved[0] as Tensor1D, table.shape[0]),
    };
  })(table);
}
