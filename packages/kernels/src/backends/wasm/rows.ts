import type { KernelConfig, TensorInfo } from '@tensorflow/tfjs-core';
import { util } from '@tensorflow/tfjs-core';

import { kernelConfig } from '../../kernel/kernel-config.js';
import type { PlannedName } from '../../kernel/kernel-map.js';
import type { DispatchPlan } from '../../plan/plan.js';
import type { Bind, Bound } from './bind.js';
import type { WasmBackend } from './heap.js';
import { offsetOf, withIndices } from './heap.js';

/** A kernel over planned rows: one call of assembly/rows.ts. */
interface RowKernel {
  readonly name: 'gatherRows' | 'combineRows' | 'spreadRows' | 'pairDots' | 'sumRows';
  /** Its addresses before that of the output: inputs and arrays of the plan, by name. */
  readonly reads: readonly string[];
  /** Its sizes before the width of a row; the first are the output's rows. */
  readonly sizes: readonly ('numRows' | 'numTokens' | 'numExperts')[];
}

const pairs = ['tokenIndices', 'expertIndices'];
const slots = ['tokenOffsets', 'tokenRows', 'expertIndices'];
const byToken = ['numTokens', 'numExperts'] as const;

const rowKernels: { readonly [Name in PlannedName]?: RowKernel } = {
  // out[s] = x[token(s)]
  MoeDispatch: { name: 'gatherRows', reads: ['x', 'tokenIndices'], sizes: ['numRows'] },
  // out[s] = bias[expert(s)]
  MoeExpertRows: { name: 'gatherRows', reads: ['bias', 'expertIndices'], sizes: ['numRows'] },
  // out[t] = sum of y[s], in expert order
  MoeReduce: { name: 'combineRows', reads: ['y', 'unweighted', ...slots], sizes: byToken },
  // out[t] = sum of weights[t, expert(s)] y[s], in expert order
  MoeCombine: { name: 'combineRows', reads: ['y', 'weights', ...slots], sizes: byToken },
  // out[s] = weights[token(s), expert(s)] d[token(s)]
  MoeSpread: {
    name: 'spreadRows',
    reads: ['d', 'weights', ...pairs],
    sizes: ['numRows', 'numExperts'],
  },
  // out[token(s), expert(s)] = <y[s], d[token(s)]>, 0 elsewhere
  MoePairDots: { name: 'pairDots', reads: ['y', 'd', ...pairs], sizes: [...byToken, 'numRows'] },
  // out[e] = sum of y[s], in token order
  MoeExpertSum: { name: 'sumRows', reads: ['y', 'expertOffsets'], sizes: ['numExperts'] },
};

/** Row moves and sums. */
export function rowKernelsWasm(bind: Bind): KernelConfig[] {
  return Object.entries(rowKernels).map(([kernelName, kernel]) =>
    kernelConfig(
      kernelName as PlannedName,
      'wasm',
      (inputs: Readonly<Record<string, TensorInfo>>, { plan }, backend: WasmBackend) =>
        moveRows(kernel, inputs, plan, bind(backend)),
    ),
  );
}

function moveRows(
  { name, reads, sizes }: RowKernel,
  inputs: Readonly<Record<string, TensorInfo>>,
  plan: DispatchPlan,
  { backend, kernels }: Bound,
): TensorInfo {
  const width = inputs[reads[0]!]!.shape[1]!;
  const counts = sizes.map((size) => plan[size]);
  const columns = name === 'pairDots' ? plan.numExperts : width;
  const output = backend.makeOutput([counts[0]!, columns], 'float32');
  const arrays = plan as unknown as Readonly<Record<string, Int32Array>>;
  const planned = reads.filter((read) => read in plan);
  withIndices(
    backend,
    planned.map((read) => arrays[read]!),
    (offsets) => {
      const addresses = reads.map((read) =>
        inputs[read] ? offsetOf(backend, inputs[read]) : (offsets[planned.indexOf(read)] ?? 0),
      );
      kernels[name](...addresses, offsetOf(backend, output), ...counts, width);
    },
  );
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
