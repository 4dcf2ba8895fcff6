import type { GradSaveFunc, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { customGrad, gather, unsortedSegmentSum } from '@tensorflow/tfjs-core';

import { assertShape } from '../errors/assert-shape.js';
import { fail } from '../errors/codes.js';
import type { Gradient } from '../kernel/gradient.js';
import type { HostKernel } from '../backends/contract/host-kernel.js';
import { fused } from './fused.js';

/**
 * The rows of a table by id.
 * @param table float32 [V,D]      @param ids int32 [T], all below V      @returns float32 [T,D], owned by the caller
 * @throws KERNELS_VALUE for another id, where tensors live in host memory (GPUs give zeros instead)
 *   Gradient: through the table (rows summed per id, in token order).
 */
export function embed(table: Tensor2D, ids: Tensor1D): Tensor2D {
  assertShape('embed', 'table', table, [null, null]);
  assertShape('embed', 'ids', ids, [null], 'int32');
  const [vocabSize] = table.shape;
  const kernel = fused(embedKernel, embedGradient);
  if (!kernel) return refuseUnknown(() => composedEmbed(table, ids), vocabSize);
  return kernel({ table, ids }, { vocabSize })[0];
}

/** The same from tfjs operations, without the transposes of tfjs's own gradient of `gather`. */
export function composedEmbed(table: Tensor2D, ids: Tensor1D): Tensor2D {
  return customGrad<Tensor2D>((...inputs) => {
    const [rows, save] = inputs as [Tensor2D, GradSaveFunc];
    save([ids]);
    return {
      value: gather(rows, ids),
      gradFunc: (dy, saved) => unsortedSegmentSum(dy, saved[0] as Tensor1D, table.shape[0]),
    };
  })(table);
}

const embedKernel: HostKernel<'MoeEmbed'> = {
  kernelName: 'MoeEmbed',
  outputShapes: ({ table, ids }) => [[ids[0]!, table[1]!]],
  compute: ([out], { table, ids }, { vocabSize }, shapes) => {
    const width = shapes.table[1]!;
    ids.forEach((id, t) => {
      if (!(id >= 0 && id < vocabSize)) throwUnknown(id, vocabSize);
      for (let d = 0; d < width; d++) out[t * width + d] = table[id * width + d]!;
    });
  },
};

const embedGradient: Gradient<'MoeEmbed'> = {
  kernelName: 'MoeEmbed',
  saved: ['ids'],
  of: (dy, [ids], { vocabSize }) => ({
    table: () => unsortedSegmentSum(dy, ids as Tensor1D, vocabSize),
  }),
};

/** TensorFlow's gather names the index that it refuses in a sentence. */
function refuseUnknown(compute: () => Tensor2D, vocabSize: number): Tensor2D {
  try {
    return compute();
  } catch (error) {
    const id = /= (-?\d+) is not in \[0, \d+\)/.exec((error as Error).message)?.[1];
    if (id === undefined) throw error;
    throwUnknown(Number(id), vocabSize);
  }
}

function throwUnknown(id: number, vocabSize: number): never {
  throw fail('KERNELS_VALUE', {
    asked: `Token ids must be from 0 to ${vocabSize - 1}`,
    got: String(id),
    fix: 'Give the table a row for each id of the vocabulary.',
  });
}
