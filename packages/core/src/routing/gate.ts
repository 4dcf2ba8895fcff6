import { registerKernels } from '@moekit/kernels';
import type { Rank, Tensor2D, Variable } from '@tensorflow/tfjs-core';
import { add, matMul, tidy } from '@tensorflow/tfjs-core';

import type { RouterSpec } from '../contract/router.js';
import { parameter } from '../contract/parameter.js';
import {
  assertMembers,
  assertNumber,
  assertTensor,
  assertWord,
} from '../arguments/assert-arguments.js';
import { assertKinds } from '../arguments/assert-kinds.js';
import { assertSizes } from '../arguments/assert-sizes.js';
import { createRng, normalArray, uniformArray } from '../contract/rng.js';

/** How the gate's weights start: U(+-1/sqrt(D)) as torch's Linear does (XMoE), N(0, 1/D), or zeros (noisy top-k). */
export type GateInit = 'uniform' | 'normal' | 'zeros';

export interface GateOptions {
  /** Logits per token; one per expert by default. */
  readonly outputs?: number;
  readonly init?: GateInit;
  readonly bias?: boolean;
  /** Of the random numbers that the weights start with. */
  readonly label?: string;
  /** Default true; false for a gate that stays as it starts. */
  readonly trainable?: boolean;
}

/** The router's weight matrix. */
export interface Gate {
  /** x float32 [T,D] -> logits float32 [T,outputs] */
  logits(x: Tensor2D): Tensor2D;
  flopsPerToken(): number;
  variables(): readonly Variable[];
  dispose(): void;
}

/** A linear map to `outputs` logits (one per expert unless said otherwise), with a bias starting at 0 if asked for. */
export function createGate(spec: RouterSpec, options: GateOptions = {}): Gate {
  assertSizes('a gate', spec, ['modelWidth', 'numExperts']);
  assertMembers('createGate', options, ['outputs', 'init', 'bias', 'label', 'trainable']);
  const { modelWidth, numExperts, seed } = spec;
  const { outputs = numExperts, init = 'uniform', bias = false, label = 'gate' } = options;
  const { trainable = true } = options;
  assertNumber('outputs of a gate', outputs, { min: 1, whole: true });
  assertWord('init of a gate', init, ['uniform', 'normal', 'zeros']);
  assertKinds('createGate', { bias, trainable }, { bias: 'flag', trainable: 'flag' });
  const initial = initialWeights(modelWidth * outputs, modelWidth, init, seed, label);
  const weights = parameter<Rank.R2>(initial, [modelWidth, outputs], trainable);
  const offset = bias
    ? parameter<Rank.R2>(new Float32Array(outputs), [1, outputs], trainable)
    : undefined;
  return {
    logits: (x) => {
      assertTensor('x of a router', x, ['T', modelWidth]);
      return tidy(() => {
        // Registering may replace the backend's matMul: before the first product, so that the first step rounds like the rest.
        registerKernels();
        const z = matMul(x, weights); // [T,outputs]
        return offset ? add(z, offset) : z;
      }) as Tensor2D;
    },
    flopsPerToken: () => 2 * modelWidth * outputs,
    variables: () => (offset ? [weights, offset] : [weights]),
    dispose: () => [weights, offset].forEach((v) => v?.dispose()),
  };
}

function initialWeights(size: number, fanIn: number, init: GateInit, seed: number, label: string) {
  const rng = createRng(seed).fork(label);
  const bound = 1 / Math.sqrt(fanIn);
  if (init === 'zeros') return new Float32Array(size);
  return init === 'uniform'
    ? uniformArray(rng, size, -bound, bound)
    : normalArray(rng, size, bound);
}
