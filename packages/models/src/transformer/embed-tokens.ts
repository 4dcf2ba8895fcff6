import { isMoekitError } from '@moekit/kernels';
import { embed } from '@moekit/kernels/nn';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';

import { fail } from '../errors.js';

/**
 * The rows of an embedding table by token id.
 * @param table float32 [V,D]      @param ids int32 [T]      @returns float32 [T,D], owned by the caller
 * @throws MODELS_TOKENS for an id of V or more, where tensors live in host memory (GPUs give zeros instead)
 *   Gradient: through the table.
 */
export function embedTokens(table: Tensor2D, ids: Tensor1D): Tensor2D {
  try {
    return embed(table, ids);
  } catch (error) {
    if (!isMoekitError(error) || error.code !== 'KERNELS_VALUE') throw error;
    throw fail('MODELS_TOKENS', {
      ...error.detail,
      fix: "Build the model with the tokenizer's vocabSize.",
    });
  }
}
