import type { RouteContext } from '@moekit/core';
import type { Tensor1D } from '@tensorflow/tfjs-core';

import { fail } from './assert-experts.js';

/** Vocabulary ids of the tokens, int32 [T].      @throws MOE_CONTEXT where the step has none */
export function idsOf({ tokenIds }: RouteContext): Tensor1D {
  if (tokenIds) return tokenIds;
  throw fail('MOE_CONTEXT', {
    asked: 'Router hash needs tokenIds in the context of a step',
    got: 'none',
    fix: 'Pass the int32 [T] vocabulary ids of the tokens, or use a router that reads the tokens themselves.',
  });
}

/** Labels of the tokens, int32 [T].      @throws MOE_CONTEXT where the step has none */
export function labelsOf({ labels }: RouteContext): Tensor1D {
  if (labels) return labels;
  throw fail('MOE_CONTEXT', {
    asked: 'Router oracle needs labels in the context of a step',
    got: 'none',
    fix: 'Pass the int32 [T] labels of the tokens, or train on data that has them (--data registers).',
  });
}
