import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import {
  add,
  div,
  engine,
  getKernel,
  mul,
  registerKernel,
  sqrt,
  square,
  sub,
  tidy,
  util,
} from '@tensorflow/tfjs-core';

/** One AdamW step of one tensor, in numbers. */
export interface AdamWStep {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Learning rate over (1 - beta1^t). */
  readonly stepSize: number;
  /** 1 / (1 - beta2^t). */
  readonly secondCorrection: number;
  /** What weights are multiplied by first: 1 - learningRate * weightDecay. */
  readonly decay: number;
  /** What the gradient is multiplied by first (clipping). */
  readonly gradientScale: number;
}

/** A weight with its two moments, before or after a step. */
export interface AdamWState {
  readonly weight: Tensor;
  readonly first: Tensor;
  readonly second: Tensor;
}

/**
 * The next weight and moments.
 * Formula:  m' = b1 m + (1-b1) g,  v' = b2 v + (1-b2) g^2,  w' = decay w - stepSize m' / (sqrt(v' / (1 - b2^t)) + eps)
 *   (Loshchilov & Hutter 2019, 1711.05101, algorithm 2)
 * Where tensors live in host memory (cpu, wasm) this is one pass and one kernel instead of fourteen.
 * @param gradient of the weight's shape      @returns new tensors, owned by the caller; inputs are left as they are
 */
export function adamWStep(state: AdamWState, gradient: Tensor, step: AdamWStep): AdamWState {
  const backendName = engine().backendName;
  if (!(backendName in hostBackends)) return composedStep(state, gradient, step);
  if (!getKernel(KERNEL, backendName)) registerHostKernel(backendName as HostBackendName);
  const [weight, first, second] = engine().runKernel(
    KERNEL,
    { ...state, gradient },
    { ...step },
  ) as Tensor[] as [Tensor, Tensor, Tensor];
  return { weight, first, second };
}

const KERNEL = 'MoeAdamW';

/** How to make float32 outputs and see tensors as arrays, per backend that allows it. */
const hostBackends = {
  cpu: {
    output: (backend: CpuBackend, shape: number[]) =>
      backend.makeTensorInfo(shape, 'float32', new Float32Array(util.sizeFromShape(shape))),
    view: (backend: CpuBackend, info: TensorInfo) => backend.readSync(info.dataId),
  },
  wasm: {
    output: (backend: WasmBackend, shape: number[]) => backend.makeOutput(shape, 'float32'),
    view: (backend: WasmBackend, info: TensorInfo) => backend.typedArrayFromHeap(info),
  },
};
type HostBackendName = keyof typeof hostBackends;

interface CpuBackend {
  readSync(dataId: object): Float32Array;
  makeTensorInfo(shape: number[], dtype: 'float32', values: Float32Array): TensorInfo;
}

interface WasmBackend {
  makeOutput(shape: number[], dtype: 'float32'): TensorInfo;
  typedArrayFromHeap(info: TensorInfo): Float32Array;
}

type Arrays = Readonly<Record<'weight' | 'first' | 'second', Float32Array>>;

function registerHostKernel(backendName: HostBackendName): void {
  const { output, view } = hostBackends[backendName];
  registerKernel({
    kernelName: KERNEL,
    backendName,
    kernelFunc: ({ inputs, attrs, backend }) => {
      const { weight, first, second, gradient } = inputs as Record<string, TensorInfo>;
      const at = (info: TensorInfo) => view(backend as never, info);
      const outputs = [weight, first, second].map((like) => output(backend as never, like!.shape));
      const [w, m, v] = outputs.map(at); // views after the last allocation: the heap may have moved
      hostStep(
        { weight: w!, first: m!, second: v! },
        { weight: at(weight!), first: at(first!), second: at(second!) },
        at(gradient!),
        attrs as unknown as AdamWStep,
      );
      return outputs;
    },
  });
}

function hostStep(to: Arrays, from: Arrays, gradient: Float32Array, step: AdamWStep): void {
  const { beta1, beta2, epsilon, stepSize, secondCorrection, decay, gradientScale } = step;
  for (let i = 0; i < gradient.length; i++) {
    const g = gradient[i]! * gradientScale;
    const m = beta1 * from.first[i]! + (1 - beta1) * g;
    const v = beta2 * from.second[i]! + (1 - beta2) * g * g;
    to.first[i] = m;
    to.second[i] = v;
    to.weight[i] =
      decay * from.weight[i]! - (stepSize * m) / (Math.sqrt(v * secondCorrection) + epsilon);
  }
}

/** The same from tfjs operations, for every other backend. */
export function composedStep(state: AdamWState, gradient: Tensor, step: AdamWStep): AdamWState {
  const { beta1, beta2, epsilon, stepSize, secondCorrection, decay, gradientScale } = step;
  return tidy(() => {
    const g = mul(gradient, gradientScale);
    const first = add(mul(state.first, beta1), mul(g, 1 - beta1));
    const second = add(mul(state.second, beta2), mul(square(g), 1 - beta2));
    const scale = add(sqrt(mul(second, secondCorrection)), epsilon);
    const weight = sub(mul(state.weight, decay), div(mul(first, stepSize), scale));
    return { weight, first, second };
  });
}
