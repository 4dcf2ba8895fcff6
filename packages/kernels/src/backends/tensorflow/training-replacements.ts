import type {
  BatchMatMulAttrs,
  KernelBackend,
  ReshapeAttrs,
  TensorInfo,
} from '@tensorflow/tfjs-core';
import { Add, BatchMatMul, Reshape, util } from '@tensorflow/tfjs-core';

import { wrapKernel } from '../../kernel/replace-kernel.js';
import type { TensorflowBackend } from './backend.js';
import type { Raw } from './raw.js';
import { RawScope } from './raw.js';

const NAME = 'tensorflow';

/** Puts what a training step gains by in place of three kernels of tfjs-node, which take what ours leave. */
export function replaceForTraining(): void {
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

/** Products that broadcast, or are not float32, stay TensorFlow's. */
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

/** a b, either of them transposed; [...,M,K] x [...,K,N] -> [...,M,N] */
export function product(scope: RawScope, pair: readonly Raw[], left: boolean, right: boolean): Raw {
  const attributes = [scope.bool('transpose_a', left), scope.bool('transpose_b', right)];
  return scope.one('MoekitMatMul', pair, attributes);
}
