import type { KernelConfig, KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import { backend_util, getKernel, slice_util, util } from '@tensorflow/tfjs-core';

import type { WasmBackend } from './heap.js';
import { offsetOf } from './heap.js';

/**
 * Columns of matrices, copied on the heap: tfjs-wasm makes views for each row, which takes two to forty times as long. Each kernel
 * returns nothing where it has more to do than that, and tfjs's own does it.
 */
type Attempt = (call: Parameters<KernelFunc>[0]) => TensorInfo | TensorInfo[] | undefined;

interface AroundKernel extends KernelConfig {
  /** tfjs's own. */
  readonly original: KernelFunc;
}

/** Slice, Concat and SplitV; made when they are registered, around those that the backend has then. */
export function columnKernels(): AroundKernel[] {
  return [
    around('Slice', sliceColumns),
    around('Concat', concatColumns),
    around('SplitV', splitColumns),
  ];
}

function around(kernelName: string, attempt: Attempt): AroundKernel {
  const registered = getKernel(kernelName, 'wasm') as KernelConfig & Partial<AroundKernel>;
  const original = registered.original ?? registered.kernelFunc;
  return { ...registered, original, kernelFunc: (call) => attempt(call) ?? original(call) };
}

const sliceColumns: Attempt = ({ inputs, attrs, backend }) => {
  const x = inputs['x'] as TensorInfo;
  if (!isMatrix(x)) return undefined;
  const { begin, size } = attrs as unknown as { begin: number[]; size: number[] };
  const [from, to] = slice_util.parseSliceParams(x as never, begin, size) as [number[], number[]];
  slice_util.assertParamsValid(x as never, from, to);
  const out = (backend as WasmBackend).makeOutput(to, x.dtype);
  copyBlock(backend as WasmBackend, { x, row: from[0]!, column: from[1]! }, { x: out });
  return out;
};

const concatColumns: Attempt = ({ inputs, attrs, backend }) => {
  const parts = inputs as unknown as TensorInfo[];
  const [first] = parts;
  const axis = attrs?.['axis'] as number;
  const isFit = parts.every((part) => isMatrix(part) && part.dtype === first!.dtype);
  if (!isFit || (axis !== 1 && axis !== -1)) return undefined;
  const rows = first!.shape[0]!;
  const width = parts.reduce((sum, { shape }) => sum + shape[1]!, 0);
  const out = (backend as WasmBackend).makeOutput([rows, width], first!.dtype);
  let column = 0;
  for (const x of parts) {
    copyBlock(backend as WasmBackend, { x }, { x: out, column });
    column += x.shape[1]!;
  }
  return out;
};

const splitColumns: Attempt = ({ inputs, attrs, backend }) => {
  const x = inputs['x'] as TensorInfo;
  const { numOrSizeSplits, axis } = attrs as unknown as {
    numOrSizeSplits: number | number[];
    axis: number;
  };
  if (!isMatrix(x) || util.parseAxisParam(axis, x.shape)[0] !== 1) return undefined;
  let column = 0;
  return backend_util.prepareSplitSize(x as never, numOrSizeSplits, 1).map((width) => {
    const out = (backend as WasmBackend).makeOutput([x.shape[0]!, width], x.dtype);
    copyBlock(backend as WasmBackend, { x, column }, { x: out });
    column += width;
    return out;
  });
};

/** Numbers of 32 bits, whatever they mean. */
function isMatrix({ shape, dtype }: TensorInfo): boolean {
  return shape.length === 2 && (dtype === 'float32' || dtype === 'int32');
}

interface Corner {
  readonly x: TensorInfo;
  readonly row?: number;
  readonly column?: number;
}

/** Up to as many columns are copied number by number. */
const FEW = 8;

/** Copies the rows and columns that the smaller of two matrices has. */
function copyBlock(backend: WasmBackend, source: Corner, target: Corner): void {
  const heap = new Int32Array(backend.wasm.asm.memory.buffer);
  const [width, stride] = [source.x.shape[1]!, target.x.shape[1]!];
  const rows = Math.min(source.x.shape[0]!, target.x.shape[0]!);
  const columns = Math.min(width, stride);
  let from = placeOf(backend, source);
  let to = placeOf(backend, target);
  if (columns === width && columns === stride) {
    heap.copyWithin(to, from, from + rows * columns);
    return;
  }
  for (let row = 0; row < rows; row++, from += width, to += stride) {
    if (columns > FEW) heap.copyWithin(to, from, from + columns);
    else for (let i = 0; i < columns; i++) heap[to + i] = heap[from + i]!;
  }
}

function placeOf(backend: WasmBackend, { x, row = 0, column = 0 }: Corner): number {
  return (offsetOf(backend, x) >>> 2) + row * x.shape[1]! + column;
}
