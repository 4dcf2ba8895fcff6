import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { dispose, keep, tensor2d, tidy } from '@tensorflow/tfjs-core';

import type { ReadingSession } from '../contract.js';
import { fail } from '../errors.js';
import type { KeyValues } from './transformer.js';

/** Reads tokens [B,n] from a position on, after those whose keys and values are given. */
export type Extend = (
  tokens: Tensor2D,
  position: number,
  before: readonly KeyValues[],
) => { readonly logits: Tensor2D; readonly caches: readonly KeyValues[] };

/** Keeps the keys and values between the reads. */
export function createReadingSession(
  batchSize: number,
  contextLength: number,
  extend: Extend,
): ReadingSession {
  let caches: readonly KeyValues[] = [];
  let position = 0;
  return {
    get position() {
      return position;
    },
    read: (tokens) => {
      const length = lengthOf(tokens, batchSize, contextLength - position);
      return tidy(() => {
        const step = extend(tensor2d(tokens, [batchSize, length], 'int32'), position, caches);
        tensorsOf(step.caches).forEach((tensor) => keep(tensor));
        dispose(tensorsOf(caches));
        caches = step.caches;
        position += length;
        return step.logits;
      });
    },
    dispose: () => {
      dispose(tensorsOf(caches));
      caches = [];
    },
  };
}

function lengthOf(tokens: Int32Array, batchSize: number, room: number): number {
  const length = tokens.length / batchSize;
  if (Number.isInteger(length) && length >= 1 && length <= room) return length;
  throw fail('MODELS_TOKENS', {
    asked: `A session of ${batchSize} sequences can read from 1 to ${room} tokens more of each`,
    got: `${tokens.length} tokens together`,
    fix: 'Read as many of each sequence, and start again where the context is full.',
  });
}

function tensorsOf(caches: readonly KeyValues[]): Tensor[] {
  return caches.flatMap((cache) => (cache ? [cache.keys, cache.values] : []));
}
