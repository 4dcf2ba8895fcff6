import type { Tensor } from '@tensorflow/tfjs-core';
import { add, div, mul, sqrt, square, sub, tidy } from '@tensorflow/tfjs-core';

import type { HostKernel } from '../backends/contract/host-kernel.js';
import { assertKinds, assertTensors } from '../errors/assert-kinds.js';
import { assertShape } from '../errors/assert-shape.js';
import { hasKernel, runList } from '../kernel/run.js';
import type { AdamWStep } from '../kernel/adamw-step.js';
import { fused } from './fused.js';

/** A weight with its two moments, before or after a step. */
export interface AdamWState {
  readonly weight: Tensor;
  readonly first: Tensor;
  readonly second: Tensor;
}

/**
 * The next weight and moments.
 * Formula:  m' = b1 m + (1-b1) g,  v' = b2 v + (1-b2) g^2,  w' = decay w - stepSize m' / (sqrt(v' / (1 - b2^t)) + eps)
 *   (Loshchilov & Hutter 2019, 1711.05101, algorithm 2)
 * @param gradient of the weight's shape      @returns new tensors, owned by the caller; inputs are left as they are
 */
export function adamWStep(state: AdamWState, gradient: Tensor, step: AdamWStep): AdamWState {
  const kernel = fused(adamWKernel);
  if (!kernel) return composedStep(state, gradient, step);
  const { weight, first, second } = state;
  const next = kernel({ weight, first, second, gradient }, step);
  return { weight: next[0], first: next[1], second: next[2] };
}

/** One step of several tensors: all at once where the backend has a kernel for that, which costs one call. */
export function adamWSteps(
  states: readonly AdamWState[],
  gradients: readonly Tensor[],
  steps: readonly AdamWStep[],
): AdamWState[] {
  assertSteps(states, gradients, steps);
  const n = states.length;
  if (n === 0 || !hasKernel('MoeAdamWAll')) {
    return states.map((state, i) => adamWStep(state, gradients[i]!, steps[i]!));
  }
  const parts = (['weight', 'first', 'second'] as const).map((part) => states.map((s) => s[part]));
  const next = runList('MoeAdamWAll', [...parts.flat(), ...gradients], { steps });
  return states.map((_, i) => ({
    weight: next[i]!,
    first: next[n + i]!,
    second: next[2 * n + i]!,
  }));
}

function assertSteps(
  states: readonly AdamWState[],
  gradients: readonly Tensor[],
  steps: readonly AdamWStep[],
): void {
  assertKinds('adamWSteps', { states, steps }, { states: 'list', steps: 'list' });
  assertTensors('adamWSteps', 'gradients', gradients);
  states.forEach((state, i) => {
    assertKinds('adamWSteps', state, { weight: 'tensor', first: 'tensor', second: 'tensor' });
    assertShape('adamWSteps', `gradient ${i}`, gradients[i]!, state.weight.shape);
    assertKinds('adamWSteps', steps[i], stepKinds);
  });
}

const stepKinds = {
  ...{ beta1: 'number', beta2: 'number', epsilon: 'number', stepSize: 'number' },
  ...{ secondCorrection: 'number', decay: 'number', gradientScale: 'number' },
} as const satisfies Readonly<Record<keyof AdamWStep, 'number'>>;

const adamWKernel: HostKernel<'MoeAdamW'> = {
  kernelName: 'MoeAdamW',
  outputShapes: ({ weight }) => [weight, weight, weight],
  compute: ([nextWeight, nextFirst, nextSecond], { weight, first, second, gradient }, step) => {
    const { beta1, beta2, epsilon, stepSize, secondCorrection, decay, gradientScale } = step;
    for (let i = 0; i < gradient.length; i++) {
      const g = gradient[i]! * gradientScale;
      const m = beta1 * first[i]! + (1 - beta1) * g;
      const v = beta2 * second[i]! + (1 - beta2) * g * g;
      nextFirst[i] = m;
      nextSecond[i] = v;
      nextWeight[i] =
        decay * weight[i]! - (stepSize * m) / (Math.sqrt(v * secondCorrection) + epsilon);
    }
  },
};

/** The same from tfjs operations: fourteen kernels. */
export function composedStep(state: AdamWState, gradient: Tensor, step: AdamWStep): AdamWState {
  const { beta1, beta2, epsilon, stepSize, secondCorrection, decay, gradientScale } = step;
  return tidy(() => {
    const g = mul(gradient, gradientScale);
    const first = add(mul(state.first, beta1), mul(g, 1 - beta1));
    const second = add(mul(state.second, beta2), mul(square(g), 1 - beta2));
    const scale = add(sqrt(mul(second, secondCorrection)), epsilon);
    const weight = sub(mul(state.weight, decay), div(mul(first, stepSize), scale));
    return { weight, first, second };
  });
}
