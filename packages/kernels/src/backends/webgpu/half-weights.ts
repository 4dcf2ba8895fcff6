import type { TensorInfo } from '@tensorflow/tfjs-core';

import { loadCode } from './quads.js';
import type { Stage } from './stage.js';

/**
 * Weights rounded to f16 (nearest even), two in each int32: [E,A,B] -> [E, A, 2 ceil(B/4)], rows padded with zeros to
 * whole quads. In core WGSL, so every device has it; half the memory that a product's tiles then read.
 */
export function halfWeightsStage(w: TensorInfo): Stage {
  const [experts, a, b] = w.shape as [number, number, number];
  const quads = Math.ceil(b / 4);
  const width = b % 4 === 0 ? 4 : 1;
  return {
    name: 'MoeHalfWeights',
    inputs: { w },
    shape: [experts, a, 2 * quads],
    dtype: 'int32',
    width,
    scalarOutput: true,
    integers: { quads, columns: b, work: experts * a * quads },
    over: { work: experts * a * quads },
    code: /* wgsl */ `${loadCode('loadW', 'w', width)}
    fn main(index : i32) {
      if (index >= uniforms.work) { return; }
      let values = loadW(index / uniforms.quads, index % uniforms.quads * 4, uniforms.columns, true);
      result[2 * index] = bitcast<i32>(pack2x16float(values.xy));
      result[2 * index + 1] = bitcast<i32>(pack2x16float(values.zw));
    }`,
  };
}
