import type { GradConfig, Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import { registerGradient } from '@tensorflow/tfjs-core';

import { DevicePlan } from './device-plan.js';
import type { LinearAttributes, OuterAttributes } from './linear.js';
import { onDevice, run, runPlanned } from './run.js';

type Attributes = LinearAttributes & OuterAttributes;
type Gradients = Record<string, () => Tensor>;

interface Gradient {
  readonly kernelName: string;
  readonly saved?: readonly string[];
  /** The output is saved too, behind the inputs. */
  readonly savesOutput?: boolean;
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
const groupedLinearGradient: Gradient = {
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
const fusedLinearGradient: Gradient = {
  kernelName: 'MoeFusedLinear',
  saved: ['x', 'w'],
  savesOutput: true,
  of: (dy, saved, { plan, fromTokens, activation, precision }) => {
    const [x, w, out] = saved as [Tensor, Tensor, Tensor];
    const dz = activation === 'relu' ? run<Tensor>('MoeReluGradient', { dy, out }, {}) : dy;
    const attributes = { plan, transposeW: true, precision };
    return {
      x: () => {
        const rows = runPlanned<Tensor>('MoeGroupedMatMul', { x: dz, w }, attributes);
        return fromTokens ? runPlanned('MoeReduce', { y: rows }, { plan }) : rows;
      },
      w: () => runPlanned('MoeGroupedOuter', { x, y: dz }, { plan, fromTokens }),
      bias: () => runPlanned('MoeExpertSum', { y: dz }, { plan }),
    };
  },
};

/** o[e] = x^T y: dx = y do[e]^T, dy = x do[e]; where x holds tokens dx is summed per token, and x gathered for dy. */
const groupedOuterGradient: Gradient = {
  kernelName: 'MoeGroupedOuter',
  saved: ['x', 'y'],
  of: (dy, saved, { plan, fromTokens }) => {
    const [x, y] = saved as [Tensor, Tensor];
    const forward = fromTokens ? 'MoeFusedLinear' : 'MoeGroupedMatMul';
    return {
      x: () => {
        const attributes = { plan, transposeW: true };
        const rows = runPlanned<Tensor>('MoeGroupedMatMul', { x: y, w: dy }, attributes);
        return fromTokens ? runPlanned('MoeReduce', { y: rows }, { plan }) : rows;
      },
      y: () => runPlanned(forward, { x, w: dy }, { plan, transposeW: false, fromTokens }),
    };
  },
};

/** What passes relu does so once more: linear in dy, and a constant of the output. */
const reluGradientGradient: GradConfig = {
  kernelName: 'MoeReluGradient',
  inputsToSave: ['out'],
  gradFunc: (dy, [out]) => ({
    dy: () => run('MoeReluGradient', { dy: dy as Tensor, out: out! }, {}),
  }),
};

/**
 * f(y, w, d) = sum_s w[t,e] y[s].d[t] is linear in each; combine, spread and pairDots are its derivatives by d, y and w,
 * so the derivative of each is made of the other two.
 */
const combineGradients: readonly Gradient[] = [
  trilinear('MoeCombine', 'd', ['y', 'weights']),
  trilinear('MoeSpread', 'y', ['d', 'weights']),
  trilinear('MoePairDots', 'weights', ['y', 'd']),
];

const derivativeBy = { d: 'MoeCombine', y: 'MoeSpread', weights: 'MoePairDots' } as const;
type Factor = keyof typeof derivativeBy;

/** The gradient of the derivative by `missing`: its dy stands where that factor stood. */
function trilinear(
  kernelName: string,
  missing: Factor,
  inputs: readonly [Factor, Factor],
): Gradient {
  return {
    kernelName,
    saved: inputs,
    of: (dy, saved, { plan }) => {
      const factors = { [missing]: dy, [inputs[0]]: saved[0]!, [inputs[1]]: saved[1]! };
      const gradient = (by: Factor) => () => {
        const { [by]: _constant, ...others } = factors;
        return runPlanned<Tensor>(derivativeBy[by], others, { plan });
      };
      return { [inputs[0]]: gradient(inputs[0]), [inputs[1]]: gradient(inputs[1]) };
    },
  };
}

const gradients: readonly Gradient[] = [
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
  registerGradient(reluGradientGradient);
  for (const gradient of gradients) {
    registerGradient(onHostPlan(gradient));
    registerGradient(onDevicePlan(gradient));
  }
}

function onHostPlan({ kernelName, saved = [], savesOutput = false, of }: Gradient): GradConfig {
  return {
    kernelName,
    inputsToSave: [...saved],
    outputsToSave: savesOutput ? [true] : [],
    gradFunc: (dy, kept, attributes) => of(dy as Tensor, kept, attributes as never),
  };
}

/** By then the plan's own table may be disposed; the copy that the tape kept is not. */
function onDevicePlan({ kernelName, saved = [], savesOutput = false, of }: Gradient): GradConfig {
  return {
    kernelName: onDevice(kernelName),
    inputsToSave: [...saved, 'table'],
    outputsToSave: savesOutput ? [true] : [],
    gradFunc: (dy, kept, attributes) => {
      const planned = attributes as unknown as Attributes;
      const plan = new DevicePlan(planned.plan, kept[saved.length] as Tensor1D);
      const others = kept.filter((_, i) => i !== saved.length);
      return of(dy as Tensor, others, { ...planned, plan });
    },
  };
}
