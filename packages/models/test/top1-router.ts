import type { MoEFactory } from '../src/contract.js';
import type { Router } from '@moekit/core';
import {
  FeedForwardExperts,
  MoELayer,
  assignmentFractions,
  countTokens,
  createGate,
  limitCapacity,
  loadBalancingLoss,
  maskTokens,
  select,
  selectTopK,
} from '@moekit/core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { add, mul, softmax, tensor2d } from '@tensorflow/tfjs-core';

interface Top1Options {
  readonly numExperts?: number;
  readonly causal?: boolean;
  /** Rows each expert takes at most, as a multiple of T/E; none when absent. */
  readonly capacityFactor?: number;
  /** Noise on the logits in training, to see seeds at work. */
  readonly noise?: number;
}

/** The smallest real router: softmax gate, best expert, its probability as the weight. */
export function top1Factory(options: Top1Options = {}): MoEFactory {
  const { numExperts = 4 } = options;
  return ({ modelWidth, seed }) =>
    new MoELayer({
      router: top1Router({ modelWidth, numExperts, seed }, options),
      experts: new FeedForwardExperts({ modelWidth, expertWidth: 8, numExperts, seed }),
    });
}

function top1Router(
  spec: { modelWidth: number; numExperts: number; seed: number },
  { causal = true, capacityFactor, noise = 0 }: Top1Options,
): Router {
  const gate = createGate(spec);
  return {
    name: 'test-top1',
    numExperts: spec.numExperts,
    causal,
    expertsPerToken: 1,
    route: (x, { training, dropFree, rng, tokenMask }) => {
      const clean = gate.logits(x); // [T,E]
      const drawn = Float32Array.from({ length: clean.size }, () => noise * rng.normal());
      const logits =
        training && noise > 0 ? add<Tensor2D>(clean, tensor2d(drawn, clean.shape)) : clean;
      const probs = softmax(logits);
      const selectionMask = maskTokens(
        select(logits, (z) => selectTopK(z, 1)),
        tokenMask,
      );
      const tokens = countTokens(x.shape[0], tokenMask);
      const capacity = Math.ceil(((capacityFactor ?? 0) * tokens) / spec.numExperts);
      const dispatchMask =
        capacityFactor === undefined || dropFree
          ? selectionMask
          : select(logits, (z) =>
              limitCapacity(selectionMask, z, { capacity, priority: 'rank-then-arrival' }),
            );
      const fractions = assignmentFractions(selectionMask, 'token', tokenMask);
      const value = loadBalancingLoss(probs, fractions, { tokenMask });
      const losses = [{ name: 'load-balancing', value, coefficient: 0.01, atBalance: 1 }];
      const combineWeights = mul<Tensor2D>(probs, dispatchMask);
      return { combineWeights, dispatchMask, selectionMask, logits, probs, losses };
    },
    flopsPerToken: () => gate.flopsPerToken(),
    variables: () => gate.variables(),
    dispose: () => gate.dispose(),
  };
}
