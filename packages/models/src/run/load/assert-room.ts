import type { LanguageModelConfig } from '../../contract.js';
import { fail } from '../../errors.js';
import type { StoredTensors } from '../checkpoint/restore-tensors.js';

interface ExpertSizes {
  readonly numExperts: number;
  readonly expertWidth: number;
  readonly sharedWidth?: number | undefined;
}

/**
 * Holds the sizes that a manifest claims against the tensors that came with it, before memory is taken for a model: a
 * layer has tensors of its own, and none of its weights has more elements than all tensors together.
 * @throws MODELS_CHECKPOINT_MISMATCH
 */
export function assertRoom(
  { modelWidth, feedForwardWidth, numLayers, moeEvery }: LanguageModelConfig,
  experts: ExpertSizes | null,
  { entries }: StoredTensors,
): void {
  const dense = experts === null || moeEvery > 1 ? feedForwardWidth : 0;
  const {
    numExperts = 0,
    expertWidth = 0,
    sharedWidth = 0,
  } = (numLayers >= moeEvery ? experts : null) ?? {};
  const widest = Math.max(3 * modelWidth, dense, numExperts * expertWidth, sharedWidth);
  const weights = modelWidth * widest;
  const elements = [...entries.values()].reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  if (numLayers <= entries.size && weights <= elements) return;
  throw fail('MODELS_CHECKPOINT_MISMATCH', {
    asked: `The checkpoint describes ${numLayers} layers, with ${weights} weights in the largest tensor of one`,
    got: `${entries.size} tensors of ${elements} numbers together`,
    fix: 'Use a checkpoint whose manifest and tensors belong together.',
  });
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}
