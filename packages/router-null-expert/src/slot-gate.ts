import type { Gate, RouterSpec } from '@moekit/core';
import { createGate, parameter } from '@moekit/core';
import type { Rank, Tensor2D } from '@tensorflow/tfjs-core';
import { add, pad, tidy } from '@tensorflow/tfjs-core';

export interface SlotGateOptions {
  /** False makes N logits rather than N + 1. */
  readonly hasNull: boolean;
  /** Learnable offsets of the real logits, from 0. */
  readonly realBias: boolean;
  /** A learnable offset of the null logit, from 0 (`true`) or from the value given. */
  readonly nullBias: boolean | number;
}

/**
 * A linear map to N real logits and one null logit, with learnable offsets.
 *
 * The paper has none, but its gate reads activations whose mean is not 0. On zero-mean inputs W x is symmetric, and the
 * null share stops short of its target. An offset of the null logit alone does not help: the z-loss, which no other offset
 * can satisfy, pushes it down. With offsets of all logits the level goes to the z-loss and the null logit is free.
 */
export function createSlotGate(spec: RouterSpec, options: SlotGateOptions): Gate {
  const { numExperts } = spec;
  const { hasNull, realBias, nullBias } = options;
  const outputs = numExperts + (hasNull ? 1 : 0);
  const gate = createGate(spec, { outputs, init: 'uniform' });
  const starts = [
    ...(realBias ? new Array<number>(numExperts).fill(0) : []),
    ...(hasNull && nullBias !== false ? [nullBias === true ? 0 : nullBias] : []),
  ];
  if (starts.length === 0) return gate;
  const offsets = parameter<Rank.R2>(Float32Array.from(starts), [1, starts.length]);
  const before = realBias ? 0 : numExperts;
  const after = outputs - before - starts.length;
  return {
    logits: (x) =>
      tidy(() => {
        const row = pad(offsets as Tensor2D, [
          [0, 0],
          [before, after],
        ]); // [1,outputs]
        return add<Tensor2D>(gate.logits(x), row);
      }),
    flopsPerToken: () => gate.flopsPerToken(),
    variables: () => [...gate.variables(), offsets],
    dispose: () => [gate, offsets].forEach((part) => part.dispose()),
  };
}
