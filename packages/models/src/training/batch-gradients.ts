import type { RoutingStats } from '@moekit/core';
import { totalRouterLoss } from '@moekit/core';
import { stopGradient } from '@moekit/kernels';
import { globalNorm } from '@moekit/kernels/nn';
import type { NamedTensorMap, Scalar, Tensor1D } from '@tensorflow/tfjs-core';
import { add, concat, dispose, keep, reshape, tidy, variableGrads } from '@tensorflow/tfjs-core';

import type { Task } from '../task.js';
import type { PassReport } from './pass-report.js';
import { encodePass } from './pass-report.js';
import { releaseTape } from './release-tape.js';

/** The gradients of a training step, and its report in one small tensor. */
export interface BatchGradients {
  /** By `Variable.name`; owned by the caller. */
  readonly gradients: NamedTensorMap;
  /** float32 [2 + ...]: router loss, gradient norm, then what `decodePass` reads; owned by the caller. */
  readonly report: Tensor1D;
  readonly decodePass: (values: Float32Array) => PassReport;
}

export interface BatchReport extends PassReport {
  readonly routerLoss: number;
  readonly gradientNorm: number;
  readonly layers: readonly RoutingStats[];
}

/** Forward and backward of one batch; nothing is read back here. @param seed of the routers' noise */
export function batchGradients<Batch>(
  task: Task<Batch>,
  batch: Batch,
  seed: number,
): BatchGradients {
  let parts: Tensor1D[] = [];
  let decodePass: BatchGradients['decodePass'] | undefined;
  try {
    const { value, grads } = variableGrads(
      () => {
        const pass = task.pass(batch, { training: true, seed });
        const routerLoss = totalRouterLoss(pass.losses);
        const encoded = encodePass(pass);
        decodePass = encoded.decode;
        parts = [reshape<Tensor1D['rankType']>(stopGradient(routerLoss), [1]), encoded.values].map(
          keep,
        );
        return add<Scalar>(pass.loss, routerLoss);
      },
      [...task.model.namedVariables().values()].filter(({ trainable }) => trainable),
    );
    const [routerLoss, passed] = parts as [Tensor1D, Tensor1D];
    const report = tidy(() =>
      concat([routerLoss, reshape(globalNorm(Object.values(grads)), [1]) as Tensor1D, passed]),
    );
    value.dispose();
    return { gradients: grads, report, decodePass: decodePass! };
  } catch (error) {
    releaseTape();
    throw error;
  } finally {
    dispose(parts);
  }
}

/** Reads the report back, the one time a step does so. */
export async function readReport({ report, decodePass }: BatchGradients): Promise<BatchReport> {
  const values = await report.data<'float32'>();
  const [routerLoss, gradientNorm] = values as unknown as [number, number];
  return { routerLoss, gradientNorm, ...decodePass(values.subarray(2)) };
}
