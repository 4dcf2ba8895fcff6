import type { GradConfig, Tensor, TensorInfo, TypedArray } from '@tensorflow/tfjs-core';
import {
  engine,
  getGradient,
  getKernel,
  registerGradient,
  registerKernel,
} from '@tensorflow/tfjs-core';

type Arrays<Name extends string, A extends TypedArray> = Readonly<Record<Name, A>>;

/**
 * A fused computation as plain arithmetic, for the backends that keep tensors in host memory (cpu, wasm): one pass over
 * the data in place of ten small kernels, each with its own pass, output and overhead.
 * Every one has a twin made of tfjs operations that serves the other backends and the tests.
 */
export interface HostKernel<Input extends string, Attributes extends object> {
  readonly kernelName: string;
  /** Absent where nothing differentiates through it. */
  readonly gradient?: Omit<GradConfig, 'kernelName'>;
  /** Shapes of the float32 outputs, in order. */
  outputShapes(shapes: Readonly<Record<Input, number[]>>, attributes: Attributes): number[][];
  /** Writes every element of the outputs, which come uninitialised. */
  compute(
    outputs: readonly Float32Array[],
    inputs: Arrays<Input, Float32Array>,
    attributes: Attributes,
  ): void;
}

/** Whether the current backend keeps its tensors where a host kernel can work on them. */
export function runsOnHost(): boolean {
  return engine().backendName in memories;
}

/**
 * Whether the current backend computes a kernel in one piece: on the host, or in one of its own under the same name (as
 * @moekit/kernels registers for TensorFlow). Its gradient kernels are then there too.
 */
export function runsFused({ kernelName }: { readonly kernelName: string }): boolean {
  return runsOnHost() || getKernel(kernelName, engine().backendName) !== undefined;
}

/** Runs a host kernel, or the backend's own of that name, on the current backend. @returns its outputs, owned by the caller   Gradient: the kernel's own. */
export function runOnHost<Input extends string, Attributes extends object>(
  kernel: HostKernel<Input, Attributes>,
  inputs: Readonly<Record<Input, Tensor>>,
  attributes: Attributes,
): Tensor[] {
  const { backendName } = engine();
  const { kernelName, gradient } = kernel;
  if (gradient && !getGradient(kernelName)) registerGradient({ kernelName, ...gradient });
  if (!getKernel(kernelName, backendName)) register(kernel, backendName as keyof typeof memories);
  return engine().runKernel(kernel.kernelName, inputs, attributes as never) as Tensor[];
}

interface CpuBackend {
  readSync(dataId: object): TypedArray;
  makeTensorInfo(shape: number[], dtype: 'float32', values: Float32Array): TensorInfo;
}

interface WasmBackend {
  typedArrayFromHeap(info: TensorInfo): TypedArray;
  makeOutput(shape: number[], dtype: 'float32'): TensorInfo;
}

/** How to make a float32 output and how to see a tensor as an array. */
const memories = {
  cpu: {
    output: (backend: CpuBackend, shape: number[]) =>
      backend.makeTensorInfo(
        shape,
        'float32',
        new Float32Array(shape.reduce((size, n) => size * n, 1)),
      ),
    view: (backend: CpuBackend, info: TensorInfo) => backend.readSync(info.dataId),
  },
  wasm: {
    output: (backend: WasmBackend, shape: number[]) => backend.makeOutput(shape, 'float32'),
    view: (backend: WasmBackend, info: TensorInfo) => backend.typedArrayFromHeap(info),
  },
};

function register<Input extends string, Attributes extends object>(
  kernel: HostKernel<Input, Attributes>,
  backendName: keyof typeof memories,
): void {
  const { output, view } = memories[backendName];
  const { kernelName } = kernel;
  registerKernel({
    kernelName,
    backendName,
    kernelFunc: ({ inputs, attrs, backend }) => {
      const infos = Object.entries(inputs as Record<Input, TensorInfo>) as [Input, TensorInfo][];
      const of = <Value>(pick: (info: TensorInfo) => Value) =>
        Object.fromEntries(infos.map(([name, info]) => [name, pick(info)])) as Record<Input, Value>;
      const attributes = attrs as unknown as Attributes;
      const shapes = kernel.outputShapes(
        of((info) => info.shape),
        attributes,
      );
      const outputs = shapes.map((shape) => output(backend as never, shape));
      // views after the last allocation: the wasm heap may have moved
      const see = (info: TensorInfo) => view(backend as never, info) as Float32Array;
      kernel.compute(outputs.map(see), of(see), attributes);
      return outputs;
    },
  });
}
