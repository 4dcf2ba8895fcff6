import type {
  BatchMatMulAttrs,
  KernelBackend,
  KernelConfig,
  ReshapeAttrs,
  TensorInfo,
} from '@tensorflow/tfjs-core';
import {
  Add,
  BatchMatMul,
  engine,
  getKernel,
  registerKernel,
  Reshape,
  util,
} from '@tensorflow/tfjs-core';

import { wrapKernel } from '../replace-kernel.js';
import type { TensorflowBackend } from './backend.js';
import { hasNativeOperations } from './native.js';
import type { Raw } from './raw.js';
import { RawScope } from './raw.js';

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
  shareReshaped();
  takeOver(Add, add);
  takeOver(BatchMatMul, matMul);
}

/** Two inputs' result, where the operation takes them; `undefined` leaves them to TensorFlow's own kernel. */
type Replacement = (scope: RawScope, pair: Pair, attributes: object) => Raw | undefined;
type Pair = Readonly<Record<'a' | 'b', TensorInfo>>;

/**
 * Residual sums and the tape's sums of gradients: TensorFlow's own addition wakes threads of its own, and takes three
 * times as long for [256,512].
 */
const add: Replacement = (scope, { a, b }) =>
  util.arraysEqual(a.shape, b.shape)
    ? scope.one('MoekitAdd', [scope.input(a), scope.input(b)])
    : undefined;

/** The routers' gates: TensorFlow's own product is made for larger ones. */
const matMul: Replacement = (scope, { a, b }, attributes) => {
  const { transposeA, transposeB } = attributes as BatchMatMulAttrs;
  const inner = a.shape.at(transposeA ? -2 : -1);
  const sameBatch = util.arraysEqual(a.shape.slice(0, -2), b.shape.slice(0, -2));
  if (!sameBatch || inner === 0 || (transposeA && transposeB)) return undefined;
  return product(scope, [scope.input(a), scope.input(b)], transposeA, transposeB);
};

/** The gradient of a sum reshapes to what is that shape already: then the result has the same memory, at no operation. */
function shareReshaped(): void {
  wrapKernel(Reshape, NAME, (theirs) => ({
    kernelName: Reshape,
    backendName: NAME,
    kernelFunc: (call) => {
      const { x } = call.inputs as { x: TensorInfo };
      const { shape } = call.attrs as unknown as ReshapeAttrs;
      if (!util.arraysEqual(x.shape, shape)) return theirs(call);
      (call.backend as KernelBackend).incRef(x.dataId);
      return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
    },
  }));
}

/** What broadcasts, or is not float32, stays TensorFlow's. */
function takeOver(kernelName: string, replacement: Replacement): void {
  wrapKernel(kernelName, NAME, (theirs) => ({
    kernelName,
    backendName: NAME,
    kernelFunc: (call) => {
      const pair = call.inputs as Pair;
      if (pair.a.dtype !== 'float32' || pair.b.dtype !== 'float32') return theirs(call);
      const [ours] = RawScope.runMany(call.backend as TensorflowBackend, (scope) => {
        const result = replacement(scope, pair, call.attrs ?? {});
        return result ? [result] : [];
      });
      return ours ?? theirs(call);
    },
  }));
}

function product(scope: RawScope, pair: readonly Raw[], left: boolean, right: boolean): Raw {
  const attributes = [scope.bool('transpose_a', left), scope.bool('transpose_b', right)];
  return scope.one('MoekitMatMul', pair, attributes);
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
