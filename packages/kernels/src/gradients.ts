import type { GradConfig, Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import { registerGradient } from '@tensorflow/tfjs-core';

import { DevicePlan } from './device-plan.js';
import type { DispatchPlan } from './plan.js';
import { onDevice, runPlanned } from './run.js';

type Attributes = { plan: DispatchPlan; transposeW: boolean };
type Gradients = Record<string, () => Tensor>;

interface Gradient {
  readonly kernelName: string;
  readonly saved?: readonly string[];
  readonly of: (dy: Tensor, saved: Tensor[], attributes: Attributes) => Gradients;
}

/**
 * Every kernel is linear in each of its inputs, and its gradient is another kernel of the same family:
 * dispatch and reduce, expertRows and expertSum, rowWeights and scatterWeights are pairs of adjoints.
 */
function adjoint(
  kernelName: string,
  input: string,
  adjointName: string,
  adjointInput: string,
): Gradient {
  return {
    kernelName,
    of: (dy, _saved, { plan }) => ({
      [input]: () => runPlanned(adjointName, { [adjointInput]: dy }, { plan }),
    }),
  };
}

/** y = x w: dx = dy w^T, dw = x^T dy, and with w transposed dw = dy^T x. */
const groupedMatMulGradient: Gradient = {
  kernelName: 'MoeGroupedMatMul',
  saved: ['x', 'w'],
  of: (dy, saved, { plan, transposeW }) => {
    const [x, w] = saved as [Tensor, Tensor];
    const [left, right] = transposeW ? [dy, x] : [x, dy];
    return {
      x: () => runPlanned('MoeGroupedMatMul', { x: dy, w }, { plan, transposeW: !transposeW }),
      w: () => runPlanned('MoeGroupedOuter', { x: left, y: right }, { plan }),
    };
  },
};

/** y = x w + bias: those of the product, and dbias = dy summed per expert. */
const groupedLinearGradient: Gradient = {
  kernelName: 'MoeGroupedLinear',
  saved: ['x', 'w'],
  of: (dy, saved, attributes) => ({
    ...groupedMatMulGradient.of(dy, saved, attributes),
    bias: () => runPlanned('MoeExpertSum', { y: dy }, { plan: attributes.plan }),
  }),
};

/** o[e] = x^T y: dx = y do[e]^T, dy = x do[e]. */
const groupedOuterGradient: Gradient = {
  kernelName: 'MoeGroupedOuter',
  saved: ['x', 'y'],
  of: (dy, saved, { plan }) => {
    const [x, y] = saved as [Tensor, Tensor];
    return {
      x: () => runPlanned('MoeGroupedMatMul', { x: y, w: dy }, { plan, transposeW: true }),
      y: () => runPlanned('MoeGroupedMatMul', { x, w: dy }, { plan, transposeW: false }),
    };
  },
};

const gradients: readonly Gradient[] = [
  adjoint('MoeDispatch', 'x', 'MoeReduce', 'y'),
  adjoint('MoeReduce', 'y', 'MoeDispatch', 'x'),
  adjoint('MoeExpertRows', 'bias', 'MoeExpertSum', 'y'),
  adjoint('MoeExpertSum', 'y', 'MoeExpertRows', 'bias'),
  adjoint('MoeRowWeights', 'weights', 'MoeScatterWeights', 'rows'),
  adjoint('MoeScatterWeights', 'rows', 'MoeRowWeights', 'weights'),
  groupedMatMulGradient,
  groupedLinearGradient,
  groupedOuterGradient,
];

/** One gradient per kernel name serves every backend. */
export function registerGradients(): void {
  for (const gradient of gradients) {
    registerGradient(onHostPlan(gradient));
    registerGradient(onDevicePlan(gradient));
  }
}

function onHostPlan({ kernelName, saved = [], of }: Gradient): GradConfig {
  return {
    kernelName,
    inputsToSave: [...saved],
    gradFunc: (dy, kept, attributes) => of(dy as Tensor, kept, attributes as never),
  };
}

/** By then the plan's own table may be disposed; the copy that the tape kept is not. */
function onDevicePlan({ kernelName, saved = [], of }: Gradient): GradConfig {
  return {
    kernelName: onDevice(kernelName),
    inputsToSave: [...saved, 'table'],
    gradFunc: (dy, kept, attributes) => {
      const planned = attributes as unknown as Attributes;
      const plan = new DevicePlan(planned.plan, kept.at(-1) as Tensor1D);
      return of(dy as Tensor, kept.slice(0, -1), { ...planned, plan });
    },
  };
}
