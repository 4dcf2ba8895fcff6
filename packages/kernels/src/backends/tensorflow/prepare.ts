import type { KernelBackend, KernelConfig, Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { GatherV2, scalar } from '@tensorflow/tfjs-core';

import { assertKinds } from '../../errors/assert-kinds.js';
import { replaceKernel } from '../../kernel/replace-kernel.js';

/** The members of tfjs-node's backend beyond the interface of all backends, as far as it is used here. */
interface NodeBackend extends KernelBackend {
  readonly binding: {
    readonly TF_INT32: number;
    readonly TF_INT64: number;
    readonly TF_ATTR_INT: number;
  };
  readonly tensorMap: { get(dataId: object): { dtype: number } };
  createOutputTensor(output: OutputMetadata): Tensor;
  executeSingleOutput(name: string, attributes: object[], inputs: TensorInfo[]): Tensor;
}

interface OutputMetadata {
  readonly id: number;
  readonly shape: number[];
  readonly dtype: number;
}

/** The faults that `prepareTensorflow` patches, in words for a report. */
export interface Mended {
  readonly name: 'node-util' | 'gather' | 'int64';
  readonly text: string;
}

/** Node's `util` as tfjs-node 4.22 knew it. */
type NodeUtil = Partial<Record<'isNullOrUndefined' | 'isArray', (value: unknown) => boolean>>;

/**
 * Patches faults of `@tensorflow/tfjs-node` 4.22: on Node >= 23, with indices on a GPU, with int64
 * results. Idempotent per backend instance.
 * @param backend the instance that tfjs-node registered      @returns the faults that this call patched
 */
export function prepareTensorflow(backend: KernelBackend): readonly Mended[] {
  assertKinds('prepareTensorflow', backend, { binding: 'object', createOutputTensor: 'function' });
  const node = backend as NodeBackend;
  if (!quietInt64(node)) return [];
  const mended: Mended[] = [
    { name: 'gather', text: 'gather no longer reads its indices back' },
    { name: 'int64', text: 'int64 results no longer print a warning each' },
  ];
  replaceKernel(gather);
  if (shimNodeUtil(nodeUtil())) {
    mended.unshift({
      name: 'node-util',
      text: 'util.isNullOrUndefined and isArray, gone in Node 23',
    });
  }
  return mended;
}

/**
 * Puts back the two functions that Node 23 removed and that tfjs-node's compiled code looks up at every call.
 * @returns false where nothing was missing
 */
export function shimNodeUtil(util: NodeUtil | undefined): boolean {
  if (util === undefined || (util.isNullOrUndefined && util.isArray)) return false;
  util.isNullOrUndefined ??= (value) => value === null || value === undefined;
  util.isArray ??= (value) => Array.isArray(value);
  return true;
}

/** The `util` that CommonJS modules share, found without importing Node's modules into a bundle. */
function nodeUtil(): NodeUtil | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?(id: string): unknown } };
  return process?.getBuiltinModule?.('node:util') as NodeUtil | undefined;
}

/**
 * GatherV2 without tfjs-node's loop over the indices, which reads them back and so stops a GPU at every call.
 * TensorFlow's CPU kernel still refuses an index out of range; its GPU kernel returns zeros for it.
 */
const gather: KernelConfig = {
  kernelName: GatherV2,
  backendName: 'tensorflow',
  kernelFunc: ({ inputs, attrs, backend }) => {
    const { x, indices } = inputs as Record<'x' | 'indices', TensorInfo>;
    const { axis, batchDims } = attrs as unknown as { axis: number; batchDims: number };
    const node = backend as NodeBackend;
    const batch = { name: 'batch_dims', type: node.binding.TF_ATTR_INT, value: batchDims };
    const axisTensor = scalar(axis, 'int32');
    try {
      return node.executeSingleOutput(GatherV2, [batch], [x, indices, axisTensor]);
    } finally {
      axisTensor.dispose();
    }
  },
};

/**
 * int64 results come back as tfjs's int32 tensors with int64 memory, as before, but without a line on the console.
 * @returns false when this instance is quiet already
 */
function quietInt64(backend: NodeBackend): boolean {
  if (Object.hasOwn(backend, 'createOutputTensor')) return false;
  const { TF_INT32, TF_INT64 } = backend.binding;
  const create = backend.createOutputTensor.bind(backend);
  backend.createOutputTensor = (output) => {
    if (output.dtype !== TF_INT64) return create(output);
    const tensor = create({ ...output, dtype: TF_INT32 });
    backend.tensorMap.get(tensor.dataId).dtype = TF_INT64;
    return tensor;
  };
  return true;
}
