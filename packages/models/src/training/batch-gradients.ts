import { totalRouterLoss } from '@moekit/core';
import { stopGradient } from '@moekit/kernels';
import type { NamedTensorMap, Scalar, Tensor1D } from '@tensorflow/tfjs-core';
import { add, concat, dispose, keep, mul, reshape, variableGrads } from '@tensorflow/tfjs-core';

import type { Task } from '../task.js';
import type { PassReport } from './pass-report.js';
import { encodePass } from './pass-report.js';
import { releaseTape } from './release-tape.js';

/** The gradients of a pass, and its report in one small tensor. */
export interface BatchGradients {
  /** By `Variable.name`; owned by the caller. */
  readonly gradients: NamedTensorMap;
  /** float32 [1 + ...]: router loss, then what `decodePass` reads; owned by the caller. */
  readonly report: Tensor1D;
  readonly decodePass: (values: Float32Array) => PassReport;
}

/**
 * Forward and backward of one batch; nothing is read back here.
 * @param seed of the routers' noise      @param share multiplies every gradient: the batch's part of a step's targets
 */
export function batchGradients<Batch>(
  task: Task<Batch>,
  batch: Batch,
  seed: number,
  share = 1,
): BatchGradients {
  let report: Tensor1D | undefined;
  let decodePass: BatchGradients['decodePass'] | undefined;
  try {
    const { value, grads } = variableGrads(
      () => {
        const pass = task.pass(batch, { training: true, seed });
        const routerLoss = totalRouterLoss(pass.losses);
        const encoded = encodePass(pass);
        decodePass = encoded.decode;
        const first = reshape<Tensor1D['rankType']>(stopGradient(routerLoss), [1]);
        report = keep(concat([first, encoded.values]));
        const loss = add<Scalar>(pass.loss, routerLoss);
        return share === 1 ? loss : mul<Scalar>(loss, share);
      },
      [...task.model.namedVariables().values()].filter(({ trainable }) => trainable),
    );
    value.dispose();
    return { gradients: grads, report: report!, decodePass: decodePass! };
  } catch (error) {
    releaseTape();
    dispose(report ?? []);
    throw error;
  }
}
