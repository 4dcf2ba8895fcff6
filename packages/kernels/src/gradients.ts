import type { GradConfig, Tensor } from '@tensorflow/tfjs-core';
import { registerGradient } from '@tensorflow/tfjs-core';

import type { DispatchPlan } from './plan.js';
import { run } from './run.js';

type Planned = { plan: DispatchPlan };

/**
 * Every kernel is linear in each of its inputs, and its gradient is another kernel of the same family:
 * dispatch and reduce, expertRows and expertSum, rowWeights and scatterWeights are pairs of adjoints.
 */
function adjoint(
  kernelName: string,
  input: string,
  adjointName: string,
  adjointInput: string,
): GradConfig {
  return {
    kernelName,
    gradFunc: (dy, _saved, attrs) => ({
      [input]: () => run(adjointName, { [adjointInput]: dy as Tensor }, attrs as never),
    }),
  };
}

/** y = x w: dx = dy w^T, dw = x^T dy, and with w transposed dw = dy^T x. */
const groupedMatMulGradient: GradConfig = {
  kernelName: 'MoeGroupedMatMul',
  inputsToSave: ['x', 'w'],
  gradFunc: (dy, saved, attrs) => {
    const [x, w] = saved as [Tensor, Tensor];
    const { plan, transposeW } = attrs as unknown as Planned & { transposeW: boolean };
    const [left, right] = transposeW ? [dy as Tensor, x] : [x, dy as Tensor];
    return {
      x: () => run('MoeGroupedMatMul', { x: dy as Tensor, w }, { plan, transposeW: !transposeW }),
      w: () => run('MoeGroupedOuter', { x: left, y: right }, { plan }),
    };
  },
};

/** o[e] = x^T y: dx = y do[e]^T, dy = x do[e]. */
const groupedOuterGradient: GradConfig = {
  kernelName: 'MoeGroupedOuter',
  inputsToSave: ['x', 'y'],
  gradFunc: (dy, saved, attrs) => {
    const [x, y] = saved as [Tensor, Tensor];
    const { plan } = attrs as unknown as Planned;
    return {
      x: () => run('MoeGroupedMatMul', { x: y, w: dy as Tensor }, { plan, transposeW: true }),
      y: () => run('MoeGroupedMatMul', { x, w: dy as Tensor }, { plan, transposeW: false }),
    };
  },
};

/** One gradient per kernel name serves every backend. */
export function registerGradients(): void {
  registerGradient(adjoint('MoeDispatch', 'x', 'MoeReduce', 'y'));
  registerGradient(adjoint('MoeReduce', 'y', 'MoeDispatch', 'x'));
  registerGradient(adjoint('MoeExpertRows', 'bias', 'MoeExpertSum', 'y'));
  registerGradient(adjoint('MoeExpertSum', 'y', 'MoeExpertRows', 'bias'));
  registerGradient(adjoint('MoeRowWeights', 'weights', 'MoeScatterWeights', 'rows'));
  registerGradient(adjoint('MoeScatterWeights', 'rows', 'MoeRowWeights', 'weights'));
  registerGradient(groupedMatMulGradient);
  registerGradient(groupedOuterGradient);
}
