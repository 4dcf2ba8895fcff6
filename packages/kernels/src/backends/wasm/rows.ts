import type { KernelConfig, TensorInfo } from '@tensorflow/tfjs-core';
import { util } from '@tensorflow/tfjs-core';

import { kernelConfig } from '../../kernel/kernel-config.js';
import type { InputName, Inputs, PlannedName } from '../../kernel/kernel-map.js';
import type { DispatchPlan } from '../../plan/plan.js';
import type { Bind, Bound } from './bind.js';
import type { WasmKernels } from './exports.js';
import type { WasmBackend } from './heap.js';
import { offsetOf, withIndices } from './heap.js';

type PlanArray = 'tokenIndices' | 'expertIndices' | 'expertOffsets' | 'tokenOffsets' | 'tokenRows';

/** Where the operands lie on the heap, in bytes: inputs and arrays of the plan, by name. */
type Addresses<Name extends PlannedName, Read extends PlanArray> = Readonly<
  Record<InputName<Name> | Read, number>
>;

/** A kernel over planned rows: one call of assembly/rows.ts. */
interface RowKernel<Name extends PlannedName, Read extends PlanArray> {
  /** The input whose rows are as wide as those that move. */
  readonly wide: InputName<Name>;
  readonly reads: readonly Read[];
  /** Rows and columns of the output. */
  shape(plan: DispatchPlan, width: number): [number, number];
  run(
    kernels: WasmKernels,
    at: Addresses<Name, Read>,
    out: number,
    plan: DispatchPlan,
    width: number,
  ): void;
}

const pairs = ['tokenIndices', 'expertIndices'] as const;
const slots = ['tokenOffsets', 'tokenRows', 'expertIndices'] as const;

const rowKernels = [
  // out[s] = x[token(s)]
  rowKernel('MoeDispatch', {
    wide: 'x',
    reads: ['tokenIndices'],
    shape: ({ numRows }, width) => [numRows, width],
    run: (kernels, at, out, { numRows }, width) =>
      kernels.gatherRows(at.x, at.tokenIndices, out, numRows, width),
  }),
  // out[s] = bias[expert(s)]
  rowKernel('MoeExpertRows', {
    wide: 'bias',
    reads: ['expertIndices'],
    shape: ({ numRows }, width) => [numRows, width],
    run: (kernels, at, out, { numRows }, width) =>
      kernels.gatherRows(at.bias, at.expertIndices, out, numRows, width),
  }),
  // out[t] = sum of y[s], in expert order
  rowKernel('MoeReduce', {
    wide: 'y',
    reads: slots,
    shape: ({ numTokens }, width) => [numTokens, width],
    run: (kernels, at, out, plan, width) =>
      combine(kernels, { ...at, weights: 0 }, out, plan, width),
  }),
  // out[t] = sum of weights[t, expert(s)] y[s], in expert order
  rowKernel('MoeCombine', {
    wide: 'y',
    reads: slots,
    shape: ({ numTokens }, width) => [numTokens, width],
    run: combine,
  }),
  // out[s] = weights[token(s), expert(s)] d[token(s)]
  rowKernel('MoeSpread', {
    wide: 'd',
    reads: pairs,
    shape: ({ numRows }, width) => [numRows, width],
    run: (kernels, at, out, { numRows, numExperts }, width) =>
      kernels.spreadRows(
        at.d,
        at.weights,
        at.tokenIndices,
        at.expertIndices,
        out,
        numRows,
        numExperts,
        width,
      ),
  }),
  // out[token(s), expert(s)] = <y[s], d[token(s)]>, 0 elsewhere
  rowKernel('MoePairDots', {
    wide: 'y',
    reads: pairs,
    shape: ({ numTokens, numExperts }) => [numTokens, numExperts],
    run: (kernels, at, out, { numTokens, numExperts, numRows }, width) =>
      kernels.pairDots(
        at.y,
        at.d,
        at.tokenIndices,
        at.expertIndices,
        out,
        numTokens,
        numExperts,
        numRows,
        width,
      ),
  }),
  // out[e] = sum of y[s], in token order
  rowKernel('MoeExpertSum', {
    wide: 'y',
    reads: ['expertOffsets'],
    shape: ({ numExperts }, width) => [numExperts, width],
    run: (kernels, at, out, { numExperts }, width) =>
      kernels.sumRows(at.y, at.expertOffsets, out, numExperts, width),
  }),
];

/** A combination without weights has them at address 0. */
function combine(
  kernels: WasmKernels,
  at: Addresses<'MoeCombine', (typeof slots)[number]>,
  out: number,
  { numTokens, numExperts }: DispatchPlan,
  width: number,
): void {
  const { y, weights, tokenOffsets, tokenRows, expertIndices } = at;
  kernels.combineRows(
    y,
    weights,
    tokenOffsets,
    tokenRows,
    expertIndices,
    out,
    numTokens,
    numExperts,
    width,
  );
}

/** Row moves and sums. */
export function rowKernelsWasm(bind: Bind): KernelConfig[] {
  return rowKernels.map((bound) => bound(bind));
}

function rowKernel<Name extends PlannedName, Read extends PlanArray>(
  kernelName: Name,
  kernel: RowKernel<Name, Read>,
) {
  return (bind: Bind): KernelConfig =>
    kernelConfig(kernelName, 'wasm', (inputs, { plan }, backend: WasmBackend) =>
      moveRows(kernel, inputs, plan, bind(backend)),
    );
}

function moveRows<Name extends PlannedName, Read extends PlanArray>(
  { wide, reads, shape, run }: RowKernel<Name, Read>,
  inputs: Inputs<Name, TensorInfo>,
  plan: DispatchPlan,
  { backend, kernels }: Bound,
): TensorInfo {
  const infos: Readonly<Record<string, TensorInfo>> = inputs;
  const width = infos[wide]!.shape[1]!;
  const output = backend.makeOutput(shape(plan, width), 'float32');
  const arrays = reads.map((read) => plan[read]);
  withIndices(backend, arrays, (offsets) => {
    const at = Object.fromEntries([
      ...Object.entries(infos).map(([name, info]) => [name, offsetOf(backend, info)]),
      ...reads.map((read, i) => [read, offsets[i]]),
    ]) as Addresses<Name, Read>;
    run(kernels, at, offsetOf(backend, output), plan, width);
  });
  return output;
}

/** dy where relu's output is above 0, else 0. */
export function reluGradientWasm(bind: Bind): KernelConfig {
  return kernelConfig('MoeReluGradient', 'wasm', ({ dy, out }, _attributes, wasm: WasmBackend) => {
    const dx = wasm.makeOutput(dy.shape, 'float32');
    const [dyAt, outAt, dxAt] = [dy, out, dx].map((info) => offsetOf(wasm, info));
    bind(wasm).kernels.reluGradient(dyAt!, outAt!, dxAt!, util.sizeFromShape(dy.shape));
    return dx;
  });
}
