import { createTokenMask } from '@moekit/core';
import { tensor1d, tensor2d } from '@tensorflow/tfjs-core';

import type { VisionLanguageBatch } from './batch.js';
import type { VisionLanguageInput } from './vision-language-model.js';

/** The labels of tokens. */
export const MODALITIES = ['vision', 'text'] as const;

/** A batch as the model takes it; tensors owned by the caller. */
export function asTensors(batch: VisionLanguageBatch): VisionLanguageInput {
  const { size, patches, tokens, mask, targetRows } = batch;
  const textLength = tokens.length / size;
  const numPatches = mask.length / size - textLength;
  return {
    patches: tensor2d(patches, [size * numPatches, patches.length / size / numPatches]),
    tokens: tensor2d(tokens, [size, textLength], 'int32'),
    tokenMask: createTokenMask(mask),
    targetRows: tensor1d(targetRows, 'int32'),
    labels: tensor1d(modalities(size, numPatches, textLength), 'int32'),
  };
}

/** [B*L] index into MODALITIES; padding is text. */
function modalities(size: number, numPatches: number, textLength: number): Int32Array {
  const length = numPatches + textLength;
  return Int32Array.from({ length: size * length }, (_, t) => (t % length < numPatches ? 0 : 1));
}
