import type { TensorInfo } from '@tensorflow/tfjs-core';
import { util } from '@tensorflow/tfjs-core';

import type { WebGpuBackend } from './backend.js';
import { programKey } from './program-key.js';

/** One dispatch: inputs by their WGSL names, integers and floats as uniforms, one output. */
export interface Stage {
  /** A label, for logs of compiled programs. */
  readonly name: string;
  readonly inputs: Readonly<Record<string, TensorInfo>>;
  readonly shape: number[];
  readonly dtype?: 'float32' | 'int32';
  readonly integers?: Readonly<Record<string, number>>;
  readonly floats?: Readonly<Record<string, number>>;
  /** 4 where output and float inputs are read and written as vec4; the table stays scalar. */
  readonly width?: 1 | 4;
  /** Float inputs that are read as numbers all the same. */
  readonly scalars?: readonly string[];
  /** The output is written as numbers all the same. */
  readonly scalarOutput?: boolean;
  readonly code: string;
  /** `work` threads, each `fn main(index : i32)`; or workgroups of a size, each thread `fn main()`. */
  readonly over: { readonly work: number } | { readonly groups: Triple; readonly threads: Triple };
}

type Triple = readonly [number, number, number];

const FLAT = 64;

/** Records one dispatch on tfjs's command queue. The caller disposes the result; nothing is read back. */
export function runStage(backend: WebGpuBackend, stage: Stage): TensorInfo {
  const { name, inputs, shape, dtype = 'float32', integers = {}, floats = {}, width = 1 } = stage;
  const infos = Object.values(inputs).map(flat);
  if (infos.some(({ shape: [size] }) => size === 0)) {
    const size = util.sizeFromShape(shape);
    const zeros = dtype === 'int32' ? new Int32Array(size) : new Float32Array(size);
    return backend.makeTensorInfo(shape, dtype, zeros);
  }
  const uniforms = [
    ...Object.keys(integers).map((key) => `${key} : i32, `),
    ...Object.keys(floats).map((key) => `${key} : f32, `),
  ];
  const values = [
    ...Object.values(integers).map((value) => ({ type: 'int32' as const, data: [value] })),
    ...Object.values(floats).map((value) => ({ type: 'float32' as const, data: [value] })),
  ];
  const source = {
    code: stage.code,
    uniforms: uniforms.join(''),
    outputComponent: stage.scalarOutput ? 1 : width,
    variableComponents: Object.entries(inputs).map(([key, info]) =>
      info.dtype === 'float32' && !stage.scalars?.includes(key) ? width : 1,
    ),
  };
  const program = {
    ...source,
    variableNames: Object.keys(inputs),
    outputShape: shape,
    shaderKey: programKey(name, source),
    size: true,
    getUserCode: () => stage.code,
    ...geometry(stage.over),
  };
  return backend.runWebGPUProgram(program, infos, dtype, values);
}

/** As one axis: tfjs compiles a program again for each pattern of equal or broadcast axes, which no stage here uses. */
function flat({ dataId, dtype, shape }: TensorInfo): TensorInfo {
  return { dataId, dtype, shape: [util.sizeFromShape(shape)] };
}

function geometry(over: Stage['over']) {
  if ('work' in over) {
    return {
      dispatchLayout: { x: [0] },
      dispatch: [Math.ceil(over.work / FLAT), 1, 1] as [number, number, number],
      workgroupSize: [FLAT, 1, 1] as [number, number, number],
    };
  }
  return {
    dispatchLayout: { x: [0], y: [1], z: [2] },
    dispatch: [...over.groups] as [number, number, number],
    workgroupSize: [...over.threads] as [number, number, number],
  };
}
