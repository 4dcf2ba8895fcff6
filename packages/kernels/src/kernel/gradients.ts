import type { GradConfig, Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import { registerGradient } from '@tensorflow/tfjs-core';

import { DevicePlan } from '../plan/device-plan.js';
import type { Gradient } from './gradient.js';
import { gradientConfig } from './gradient.js';
import type { Attributes, Inputs, InputName, PlannedName } from './kernel-map.js';
import { onDevice, run, runPlanned } from './run.js';

/**
 * Every kernel is linear in each of its inputs, and its gradient is another kernel of the same family:
 * dispatch and reduce, expertRows and expertSum, rowWeights and scatterWeights are pairs of adjoints.
 */
function adjoint<Name extends RowMove, Adjoint extends RowMove>(
  kernelName: Name,
  input: InputName<Name>,
  adjointName: Adjoint,
  adjointInput: InputName<Adjoint>,
): Gradient<PlannedName> {
  return {
    kernelName,
    of: (dy, _saved, { plan }) => ({
      [input]: () =>
        runPlanned(adjointName, { [adjointInput]: dy } as Inputs<Adjoint, Tensor>, { plan }),
    }),
  };
}

type RowMove =
  | 'MoeDispatch'
  | 'MoeReduce'
  | 'MoeExpertRows'
  | 'MoeExpertSum'
  | 'MoeRowWeights'
  | 'MoeScatterWeights';

/** y = x w: dx = dy w^T, dw = x^T dy, and with w transposed dw = dy^T x. */
const groupedMatMulGradient: Gradient<'MoeGroupedMatMul'> = {
  kernelName: 'MoeGroupedMatMul',
  saved: ['x', 'w'],
  of: (dy, saved, { plan, transposeW, precision }) => {
    const [x, w] = saved as [Tensor, Tensor];
    const [left, right] = transposeW ? [dy, x] : [x, dy];
    return {
      x: () =>
        runPlanned('MoeGroupedMatMul', { x: dy, w }, { plan, transposeW: !transposeW, precision }),
      w: () => runPlanned('MoeGroupedOuter', { x: left, y: right }, { plan }),
    };
  },
};

/** y = x w + bias: those of the product, and dbias = dy summed per expert. */
const groupedLinearGradient: Gradient<'MoeGroupedLinear'> = {
  kernelName: 'MoeGroupedLinear',
  saved: ['x', 'w'],
  of: (dy, saved, attributes) => ({
    ...groupedMatMulGradient.of(dy, saved, attributes),
    bias: () => runPlanned('MoeExpertSum', { y: dy }, { plan: attributes.plan }),
  }),
};

/**
 * y = relu(gather(x) w + bias): with dz = dy where y > 0, those of the linear layer for dz, and dx summed per token
 * where x held tokens. dz is made once, before tfjs asks for each gradient in a tidy of its own.
 */
const fusedLinearGradient: Gradient<'MoeFusedLinear'> = {
  kernelName: 'MoeFusedLinear',
  saved: ['x', 'w'],
  savesOutput: true,
  of: (dy, saved, { plan, fromTokens, activation, precision }) => {
    const [x, w, out] = saved as [Tensor, Tensor, Tensor];
    const dz = activation === 'relu' ? run('MoeReluGradient', { dy, out }, {}) : dy;
    const attributes = { plan, transposeW: true, precision };
    return {
      x: () => {
        const rows = runPlanned('MoeGroupedMatMul', { x: dz, w }, attributes);
        return fromTokens ? runPlanned('MoeReduce', { y: rows }, { plan }) : rows;
      },
      w: () => runPlanned('MoeGroupedOuter', { x, y: dz }, { plan, fromTokens }),
      bias: () => runPlanned('MoeExpertSum', { y: dz }, { plan }),
    };
  },
};

/** o[e] = x^T y: dx = y do[e]^T, dy = x do[e]; where x holds tokens dx is summed per token, and x gathered for dy. */
const groupedOuterGradient: Gradient<'MoeGroupedOuter'> = {
  kernelName: 'MoeGroupedOuter',
  saved: ['x', 'y'],
  of: (dy, saved, { plan, fromTokens }) => {
    const [x, y] = saved as [Tensor, Tensor];
    const forward = fromTokens ? 'MoeFusedLinear' : 'MoeGroupedMatMul';
    return {
      x: () => {
        const attributes = { plan, transposeW: true };
        const rows = runPlanned('MoeGroupedMatMul', { x: y, w: dy }, attributes);
        return fromTokens ? runPlanned('MoeReduce', { y: rows }, { plan }) : rows;
      },
      y: () => runPlanned(forward, { x, w: dy }, { plan, transposeW: false, fromTokens }),
    };
  },
};

/** The gradient of relu, again through relu: linear in dy, and a constant of the output. */
const reluGradientGradient: Gradient<'MoeReluGradient'> = {
  kernelName: 'MoeReluGradient',
  saved: ['out'],
  of: (dy, [out]) => ({ dy: () => run('MoeReluGradient', { dy, out: out! }, {}) }),
};

/**
 * f(y, w, d) = sum_s w[t,e] y[s].d[t] is linear in each; combine, spread and pairDots are its derivatives by d, y and w,
 * so the derivative of each is made of the other two.
 */
const combineGradients: readonly Gradient<PlannedName>[] = [
  trilinear('MoeCombine', 'd', ['y', 'weights']),
  trilinear('MoeSpread', 'y', ['d', 'weights']),
  trilinear('MoePairDots', 'weights', ['y', 'd']),
];

const derivativeBy = { d: 'MoeCombine', y: 'MoeSpread', weights: 'MoePairDots' } as const;
type Factor = keyof typeof derivativeBy;

/** The gradient of the derivative by `missing`: its dy replaces that factor. */
function trilinear(
  kernelName: 'MoeCombine' | 'MoeSpread' | 'MoePairDots',
  missing: Factor,
  inputs: readonly [Factor, Factor],
): Gradient<PlannedName> {
  return {
    kernelName,
    saved: inputs,
    of: (dy, saved, { plan }) => {
      const factors = { [missing]: dy, [inputs[0]]: saved[0]!, [inputs[1]]: saved[1]! };
      const gradient = (by: Factor) => () => {
        const { [by]: _constant, ...others } = factors;
        return runPlanned(derivativeBy[by], others as never, { plan });
      };
      return { [inputs[0]]: gradient(inputs[0]), [inputs[1]]: gradient(inputs[1]) };
    },
  };
}

const gradients: readonly Gradient<PlannedName>[] = [
  adjoint('MoeDispatch', 'x', 'MoeReduce', 'y'),
  adjoint('MoeReduce', 'y', 'MoeDispatch', 'x'),
  adjoint('MoeExpertRows', 'bias', 'MoeExpertSum', 'y'),
  adjoint('MoeExpertSum', 'y', 'MoeExpertRows', 'bias'),
  adjoint('MoeRowWeights', 'weights', 'MoeScatterWeights', 'rows'),
  adjoint('MoeScatterWeights', 'rows', 'MoeRowWeights', 'weights'),
  groupedMatMulGradient,
  groupedLinearGradient,
  fusedLinearGradient,
  groupedOuterGradient,
  ...combineGradients,
];

/** One gradient per kernel name serves every backend. */
export function registerGradients(): void {
  registerGradient(gradientConfig(reluGradientGradient));
  for (const gradient of gradients) {
    registerGradient(gradientConfig(gradient));
    registerGradient(onDevicePlan(gradient));
  }
}

/** By then the plan's own table may be disposed; the copy that the tape kept is not. */
function onDevicePlan(gradient: Gradient<PlannedName>): GradConfig {
  const { kernelName, saved = [] } = gradient;
  const { inputsToSave = [], ...config } = gradientConfig(gradient);
  return {
    ...config,
    kernelName: onDevice(kernelName),
    inputsToSave: [...inputsToSave, 'table'],
    gradFunc: (dy, kept, attributes) => {
      const planned = attributes as unknown as Attributes<PlannedName>;
      const plan = new DevicePlan(planned.plan, kept[saved.length] as Tensor1D);
      const others = kept.filter((_, i) => i !== saved.length);
      return config.gradFunc(dy, others, { ...planned, plan } as never);
    },
  };
}
