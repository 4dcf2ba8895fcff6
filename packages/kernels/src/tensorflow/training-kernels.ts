import type { KernelConfig, TensorInfo } from '@tensorflow/tfjs-core';
import { engine, getKernel, registerKernel } from '@tensorflow/tfjs-core';

import type { TensorflowBackend } from './backend.js';
import { hasNativeOperations } from './native.js';
import type { Raw } from './raw.js';
import { RawScope } from './raw.js';
import { product, replaceForTraining } from './training-replacements.js';

const NAME = 'tensorflow';

type Inputs = Readonly<Record<string, Raw>>;
type Compute<Attribute> = (
  scope: RawScope,
  inputs: Inputs,
  attributes: Readonly<Record<string, Attribute>>,
) => Raw[];

/** In the order of the operation's `step` input. */
const STEP = [
  ...(['beta1', 'beta2', 'epsilon', 'stepSize', 'secondCorrection', 'decay'] as const),
  'gradientScale',
] as const;

/** In the order of the operation's inputs. */
const OPTIONAL_STATS = [
  'weights',
  'selected',
  'present',
  'nullSlots',
  'nullMass',
  'copied',
] as const;

type Step = Readonly<Record<(typeof STEP)[number], number>>;

/** Fused kernels of @moekit/models and @moekit/core under their names, who take them where a backend has them. */
const computes: Readonly<Record<string, Compute<number>>> = {
  MoeAdamW: (scope, { weight, first, second, gradient }, attributes) =>
    adamW(scope, [weight!, first!, second!, gradient!], [attributes as Step]),
  MoeRmsNorm: (scope, { x, gain }, { epsilon }) =>
    scope.many('MoekitRmsNorm', [x!, gain!], [scope.float('epsilon', epsilon!)], 1),
  MoeRmsNormGradient: (scope, { dy, x, gain }, { epsilon }) =>
    scope.many('MoekitRmsNormGradient', [dy!, x!, gain!], [scope.float('epsilon', epsilon!)], 2),
  MoeSplitHeads: (scope, { x, cosines, sines }, { numHeads, length }) => {
    const attributes = [scope.int('heads', numHeads!), scope.int('length', length!)];
    return scope.many('MoekitSplitHeads', [x!, cosines!, sines!], attributes, 3);
  },
  MoeJoinHeads: (scope, { dq, dk, dv, cosines, sines }) =>
    scope.many('MoekitJoinHeads', [dq!, dk!, dv!, cosines!, sines!], [], 1),
  MoeAttend: (scope, { q, k, v, mask }) => scope.many('MoekitAttend', [q!, k!, v!, mask!], [], 2),
  MoeAttendGradient: (scope, { dout, q, k, v, probs }) =>
    scope.many('MoekitAttendGradient', [dout!, q!, k!, v!, probs!], [], 3),
  MoeCrossEntropy: (scope, { logits, targets }) =>
    scope.many('MoekitCrossEntropy', [logits!, targets!], [], 2),
  MoeRoutingStats: (scope, { mask, probs, ...optional }, { capacity = -1 }) => {
    const given = OPTIONAL_STATS.map((name) => optional[name] ?? scope.floats([]));
    const inputs = [mask!, probs!, ...given];
    return scope.many('MoekitRoutingStats', inputs, [scope.float('capacity', capacity)], 1);
  },
  MoeZLoss: (scope, { logits, present }) =>
    scope.many('MoekitZLoss', [logits!, present ?? scope.floats([])], [], 2),
  MoeBalanceLoss: (scope, { probs, fractions, present }, { scale }) => {
    const inputs = [probs!, fractions!, present ?? scope.floats([])];
    return scope.many('MoekitBalanceLoss', inputs, [scope.float('scale', scale!)], 2);
  },
  MoeMatMul: (scope, { a, b }, { transposeA, transposeB }) => [
    product(scope, [a!, b!], Boolean(transposeA), Boolean(transposeB)),
  ],
};

/** The same over lists of tensors, whose names are their numbers. */
const listComputes: Readonly<Record<string, Compute<unknown>>> = {
  /** All weights, all first moments, all second moments, all gradients -> the next of the first three. */
  MoeAdamWAll: (scope, inputs, { steps }) =>
    adamW(scope, Object.values(inputs), steps as readonly Step[]),
  MoeNorm: (scope, inputs) => {
    const all = Object.values(inputs);
    return scope.many('MoekitNorm', all, [scope.int('N', all.length)], 1);
  },
};

function adamW(scope: RawScope, inputs: readonly Raw[], steps: readonly Step[]): Raw[] {
  const numbers = steps.flatMap((step) => STEP.map((name) => step[name]));
  const count = [scope.int('N', steps.length)];
  return scope.many('MoekitAdamW', [...inputs, scope.floats(numbers)], count, 3 * steps.length);
}

/**
 * Registers what a training step of `@moekit/models` takes in one operation where the current backend is TensorFlow with
 * moekit's own operations; elsewhere there is nothing to register, and the models compose. Idempotent. Apart from
 * `registerKernels`, so that a program with a router alone does not carry it.
 */
export function registerTrainingKernels(): void {
  if (engine().backendName !== NAME || getKernel('MoeAdamW', NAME)) return;
  const backend = engine().findBackend(NAME);
  if (!backend || !hasNativeOperations(backend)) return;
  for (const [kernelName, compute] of Object.entries(computes)) {
    registerKernel(config(kernelName, compute));
  }
  for (const [kernelName, compute] of Object.entries(listComputes)) {
    registerKernel(config(kernelName, compute));
  }
  replaceForTraining();
}

function config<Attribute>(kernelName: string, compute: Compute<Attribute>): KernelConfig {
  return {
    kernelName,
    backendName: NAME,
    kernelFunc: ({ inputs, attrs, backend }) =>
      RawScope.runMany(backend as TensorflowBackend, (scope) => {
        const named = Object.entries(inputs as Record<string, TensorInfo>);
        const raw = Object.fromEntries(named.map(([name, x]) => [name, scope.input(x)]));
        return compute(scope, raw, (attrs ?? {}) as Readonly<Record<string, Attribute>>);
      }),
  };
}
