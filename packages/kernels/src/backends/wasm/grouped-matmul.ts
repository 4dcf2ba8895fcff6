import type { KernelConfig, TensorInfo } from '@tensorflow/tfjs-core';

import { kernelConfig } from '../../kernel/kernel-config.js';
import type { Inputs } from '../../kernel/kernel-map.js';
import type { LinearAttributes } from '../../kernel/linear.js';
import type { DispatchPlan } from '../../plan/plan.js';
import type { Bind } from './bind.js';
import type { WasmBackend } from './heap.js';
import { offsetOf, withIndices } from './heap.js';
import { multiplyAll } from './multiply.js';
import type { HeapMatrix, Product } from './product.js';

/** out[s] = x[s] w[expert(s)], or with w transposed. [S,A] x [E,A,B] -> [S,B] */
export function groupedMatMulWasm(bind: Bind): KernelConfig {
  return kernelConfig('MoeGroupedMatMul', 'wasm', linear(bind));
}

/** out[s] = relu(x[s] w[expert(s)] + bias[expert(s)]), rows gathered from tokens as they are packed. */
export function fusedLinearWasm(bind: Bind): KernelConfig {
  return kernelConfig('MoeFusedLinear', 'wasm', linear(bind));
}

/** One product per expert that has rows, on its rows in place. */
function linear(bind: Bind) {
  return (
    { x, w, bias }: Inputs<'MoeFusedLinear', TensorInfo>,
    { plan, transposeW, fromTokens, activation }: LinearAttributes,
    backend: WasmBackend,
  ): TensorInfo => {
    const [, rows, columns] = w.shape as [number, number, number];
    const width = transposeW ? rows : columns;
    const bound = bind(backend);
    const out = backend.makeOutput([plan.numRows, width], 'float32');
    const [wAt, outAt] = [offsetOf(backend, w), offsetOf(backend, out)];
    const biasAt = bias && offsetOf(backend, bias);
    withRows(backend, x, plan, fromTokens, (rowsOf) =>
      multiplyAll(
        bound,
        perExpert(plan, (e, first, last) => ({
          a: rowsOf(first, last),
          b: { offset: wAt + e * rows * columns * 4, rows, columns, transposed: transposeW },
          bias: biasAt && biasAt + e * width * 4,
          activation,
          out: outAt + first * width * 4,
        })),
      ),
    );
    return out;
  };
}

/**
 * out[e] = x[rows of e]^T y[rows of e], one product per expert; exactly 0 for experts without rows.
 * [S,A] (or tokens, [T,A]) x [S,B] -> [E,A,B]
 */
export function groupedOuterWasm(bind: Bind): KernelConfig {
  return kernelConfig(
    'MoeGroupedOuter',
    'wasm',
    ({ x, y }, { plan, fromTokens }, backend: WasmBackend) => {
      const bound = bind(backend);
      const [a, b] = [x.shape[1]!, y.shape[1]!];
      const out = backend.makeOutput([plan.numExperts, a, b], 'float32');
      const [yAt, outAt] = [offsetOf(backend, y), offsetOf(backend, out)];
      withRows(backend, x, plan, fromTokens, (rowsOf) =>
        multiplyAll(
          bound,
          perExpert(plan, (e, first, last) => ({
            a: { ...rowsOf(first, last), transposed: true },
            b: { offset: yAt + first * b * 4, rows: last - first, columns: b, transposed: false },
            out: outAt + e * a * b * 4,
          })),
        ),
      );
      return out;
    },
  );
}

type RowsOf = (first: number, last: number) => HeapMatrix;

/** @param use takes what gives rows first .. last - 1 of x: as they lie, or gathered from tokens */
function withRows(
  backend: WasmBackend,
  x: TensorInfo,
  plan: DispatchPlan,
  fromTokens: boolean | undefined,
  use: (rowsOf: RowsOf) => void,
): void {
  const [offset, columns] = [offsetOf(backend, x), x.shape[1]!];
  const shape = (first: number, last: number) => ({
    rows: last - first,
    columns,
    transposed: false,
  });
  if (!fromTokens) {
    use((first, last) => ({ ...shape(first, last), offset: offset + first * columns * 4 }));
    return;
  }
  withIndices(backend, [plan.tokenIndices], ([tokens]) =>
    use((first, last) => ({
      ...shape(first, last),
      offset,
      indices: tokens! + first * 4,
      stored: plan.numTokens,
    })),
  );
}

function perExpert(
  plan: DispatchPlan,
  productOf: (expert: number, first: number, last: number) => Product,
): Product[] {
  const offsets = plan.expertOffsets;
  return Array.from({ length: plan.numExperts }, (_, e) =>
    productOf(e, offsets[e]!, offsets[e + 1]!),
  );
}
