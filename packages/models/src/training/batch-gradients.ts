import type { RoutingStats } from '@moekit/core';
import { decodeRoutingStats, encodeRoutingStats, totalRouterLoss } from '@moekit/core';
import { stopGradient } from '@moekit/kernels';
import type { NamedTensorMap, Scalar, Tensor1D } from '@tensorflow/tfjs-core';
import {
  add,
  concat,
  dispose,
  keep,
  reshape,
  tensor1d,
  tensor2d,
  tidy,
  variableGrads,
} from '@tensorflow/tfjs-core';

import type { LanguageModel } from '../contract.js';
import type { Batch } from '../data/batches.js';
import { crossEntropy } from '../model/cross-entropy.js';
import { globalNorm } from './global-norm.js';
import { releaseTape } from './release-tape.js';

/** What a training step does to the weights, and all that is worth knowing about it in one small tensor. */
export interface BatchGradients {
  /** By `Variable.name`; owned by the caller. */
  readonly gradients: NamedTensorMap;
  /** float32 [3 + ...]: loss, router loss, gradient norm, then each MoE layer's stats; owned by the caller. */
  readonly report: Tensor1D;
  /** How many of the report's numbers belong to each MoE layer. */
  readonly statSizes: readonly number[];
}

export interface BatchReport {
  readonly loss: number;
  readonly routerLoss: number;
  readonly gradientNorm: number;
  readonly layers: readonly RoutingStats[];
}

/** Forward and backward of one batch; nothing is read back here. @param seed of the routers' noise */
export function batchGradients(model: LanguageModel, batch: Batch, seed: number): BatchGradients {
  let parts: Tensor1D[] = [];
  try {
    const { value, grads } = variableGrads(
      () => {
        const { loss, routerLoss, stats } = batchLosses(model, batch, seed);
        parts = [asVector(loss), asVector(routerLoss), ...stats].map(keep);
        return add<Scalar>(loss, routerLoss);
      },
      [...model.namedVariables().values()].filter(({ trainable }) => trainable),
    );
    const [loss, routerLoss, ...stats] = parts as [Tensor1D, Tensor1D, ...Tensor1D[]];
    const report = tidy(() =>
      concat([loss, routerLoss, asVector(globalNorm(Object.values(grads))), ...stats]),
    );
    value.dispose();
    return { gradients: grads, report, statSizes: stats.map(({ size }) => size) };
  } catch (error) {
    releaseTape();
    throw error;
  } finally {
    dispose(parts);
  }
}

/** Reads the report back, the one time a step does so. */
export async function readReport({ report, statSizes }: BatchGradients): Promise<BatchReport> {
  const values = await report.data<'float32'>();
  const [loss, routerLoss, gradientNorm] = values as unknown as [number, number, number];
  let end = 3;
  const layers = statSizes.map((size) => decodeRoutingStats(values.subarray(end, (end += size))));
  return { loss, routerLoss, gradientNorm, layers };
}

function batchLosses(model: LanguageModel, { size, tokens, targets }: Batch, seed: number) {
  const input = tensor2d(tokens, [size, tokens.length / size], 'int32'); // [B,L]
  const { logits, losses, routings } = model.forward(input, { training: true, seed });
  return {
    loss: crossEntropy(logits, tensor1d(targets, 'int32')),
    routerLoss: totalRouterLoss(losses),
    stats: routings.map((routing) => encodeRoutingStats(routing)),
  };
}

/** A number as a [1] off the tape. */
function asVector(value: Scalar): Tensor1D {
  return reshape(stopGradient(value), [1]);
}
