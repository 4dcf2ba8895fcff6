import type { KernelConfig, TensorInfo } from '@tensorflow/tfjs-core';
import { engine, getKernel, registerKernel } from '@tensorflow/tfjs-core';

import { mapInputs } from '../contract/host-kernel.js';
import type { Attributes, Inputs, KernelName, ListKernelMap } from '../../kernel/kernel-map.js';
import type { AdamWStep } from '../../kernel/adamw-step.js';
import type { TensorflowBackend } from './backend.js';
import { hasNativeOperations } from './native.js';
import type { Raw } from './raw.js';
import { RawScope } from './raw.js';
import { product, replaceForTraining } from './training-replacements.js';

const NAME = 'tensorflow';

type Computes = {
  readonly [Name in KernelName]?: (
    scope: RawScope,
    inputs: Inputs<Name, Raw>,
    attributes: Attributes<Name>,
  ) => Raw[];
};

type ListComputes = {
  readonly [Name in keyof ListKernelMap]: (
    scope: RawScope,
    inputs: readonly Raw[],
    attributes: ListKernelMap[Name],
  ) => Raw[];
};

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

/** What `./nn` and the routers' losses run in one operation. */
const computes: Computes = {
  MoeAdamW: (scope, { weight, first, second, gradient }, attributes) =>
    adamW(scope, [weight, first, second, gradient], [attributes]),
  MoeRmsNorm: (scope, { x, gain }, { epsilon }) =>
    scope.many('MoekitRmsNorm', [x, gain], [scope.float('epsilon', epsilon)], 1),
  MoeRmsNormGradient: (scope, { dy, x, gain }, { epsilon }) =>
    scope.many('MoekitRmsNormGradient', [dy, x, gain], [scope.float('epsilon', epsilon)], 2),
  MoeSplitHeads: (scope, { x, cosines, sines }, { numHeads, length }) => {
    const attributes = [scope.int('heads', numHeads), scope.int('length', length)];
    return scope.many('MoekitSplitHeads', [x, cosines, sines], attributes, 3);
  },
  MoeJoinHeads: (scope, { dq, dk, dv, cosines, sines }) =>
    scope.many('MoekitJoinHeads', [dq, dk, dv, cosines, sines], [], 1),
  MoeAttend: (scope, { q, k, v, mask }) => scope.many('MoekitAttend', [q, k, v, mask], [], 2),
  MoeAttendGradient: (scope, { dout, q, k, v, probs }) =>
    scope.many('MoekitAttendGradient', [dout, q, k, v, probs], [], 3),
  MoeCrossEntropy: (scope, { logits, targets }) =>
    scope.many('MoekitCrossEntropy', [logits, targets], [], 2),
  MoeRoutingStats: (scope, { mask, probs, ...optional }, { capacity = -1 }) => {
    const given = OPTIONAL_STATS.map((name) => optional[name] ?? scope.floats([]));
    const inputs = [mask, probs, ...given];
    return scope.many('MoekitRoutingStats', inputs, [scope.float('capacity', capacity)], 1);
  },
  MoeZLoss: (scope, { logits, present }) =>
    scope.many('MoekitZLoss', [logits, present ?? scope.floats([])], [], 2),
  MoeBalanceLoss: (scope, { probs, fractions, present }, { scale }) => {
    const inputs = [probs, fractions, present ?? scope.floats([])];
    return scope.many('MoekitBalanceLoss', inputs, [scope.float('scale', scale)], 2);
  },
  MoeMatMul: (scope, { a, b }, { transposeA, transposeB }) => [
    product(scope, [a, b], transposeA, transposeB),
  ],
};

/** The same over lists of tensors. */
const listComputes: ListComputes = {
  MoeAdamWAll: (scope, inputs, { steps }) => adamW(scope, inputs, steps),
  MoeNorm: (scope, inputs) => scope.many('MoekitNorm', inputs, [scope.int('N', inputs.length)], 1),
};

function adamW(scope: RawScope, inputs: readonly Raw[], steps: readonly AdamWStep[]): Raw[] {
  const numbers = steps.flatMap((step) => STEP.map((name) => step[name]));
  const count = [scope.int('N', steps.length)];
  return scope.many('MoekitAdamW', [...inputs, scope.floats(numbers)], count, 3 * steps.length);
}

/** Where the current backend is TensorFlow with moekit's native operations; elsewhere nothing. Idempotent. */
export function registerNativeTraining(): void {
  if (engine().backendName !== NAME || getKernel('MoeAdamW', NAME)) return;
  const backend = engine().findBackend(NAME);
  if (!backend || !hasNativeOperations(backend)) return;
  for (const [kernelName, compute] of Object.entries(computes)) {
    registerKernel(
      config(kernelName, (scope, raw, attributes) => compute(scope, raw as never, attributes)),
    );
  }
  for (const [kernelName, compute] of Object.entries(listComputes)) {
    registerKernel(
      config(kernelName, (scope, raw, attributes) =>
        compute(scope, Object.values(raw), attributes),
      ),
    );
  }
  replaceForTraining();
}

function config(
  kernelName: string,
  compute: (scope: RawScope, raw: Readonly<Record<string, Raw>>, attributes: never) => Raw[],
): KernelConfig {
  return {
    kernelName,
    backendName: NAME,
    kernelFunc: ({ inputs, attrs, backend }) =>
      RawScope.runMany(backend as TensorflowBackend, (scope) => {
        const raw = mapInputs(inputs as Record<string, TensorInfo>, (x) => scope.input(x));
        return compute(scope, raw, (attrs ?? {}) as never);
      }),
  };
}
