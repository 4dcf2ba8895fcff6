import type { GradSaveFunc, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { customGrad, gather, unsortedSegmentSum } from '@tensorflow/tfjs-core';

import { fail } from '../errors.js';
import type { HostKernel } from '../host-kernel.js';
import { runOnHost, runsOnHost } from '../host-kernel.js';

/**
 * The rows of a table by id.
 * @param table float32 [V,D]      @param ids int32 [T], all below V      @returns float32 [T,D], owned by the caller
 * @throws MODELS_TOKENS for another id, where tensors live in host memory (GPUs give zeros instead)
 *   Gradient: through the table (rows summed per id, in token order).
 */
export function embed(table: Tensor2D, ids: Tensor1D): Tensor2D {
  if (!runsOnHost()) return refuseUnknown(() => composedEmbed(table, ids), table.shape[0]);
  return runOnHost(embedKernel, { table, ids }, { vocabSize: table.shape[0] })[0] as Tensor2D;
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

const embedKernel: HostKernel<'table' | 'ids', { vocabSize: number }> = {
  kernelName: 'MoeEmbed',
  outputShapes: ({ table, ids }) => [[ids[0]!, table[1]!]],
  compute: ([out], { table, ids }, { vocabSize }) => {
    const width = table.length / vocabSize;
    ids.forEach((id, t) => {
      if (!(id >= 0 && id < vocabSize)) throwUnknown(id, vocabSize);
      for (let d = 0; d < width; d++) out![t * width + d] = table[id * width + d]!;
    });
  },
  gradient: {
    inputsToSave: ['ids'],
    gradFunc: (dy, saved, attributes) => {
      const { vocabSize } = attributes as unknown as { vocabSize: number };
      return { table: () => unsortedSegmentSum(dy as Tensor, saved[0] as Tensor1D, vocabSize) };
    },
  },
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
  throw fail('MODELS_TOKENS', {
    asked: `Token ids must be from 0 to ${vocabSize - 1}`,
    got: String(id),
    fix: "Build the model with the tokenizer's vocabSize.",
  });
}
