import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';

import type { Attribute, RawOutput, TensorflowBackend } from './backend.js';

/** A value inside TensorFlow that tfjs does not know: no tensor object, 10 instead of 20 microseconds an operation. */
export type Raw = RawOutput;

/**
 * Raw operations of one kernel call. Every value made is deleted when the call ends, also when it throws; only what
 * the call returns becomes a tensor.
 */
export class RawScope {
  readonly backend: TensorflowBackend;
  readonly #made = new Map<number, Raw>();

  constructor(backend: TensorflowBackend) {
    this.backend = backend;
  }

  /** Runs `compute` and hands its result to tfjs. */
  static run(backend: TensorflowBackend, compute: (scope: RawScope) => Raw): Tensor {
    return RawScope.runMany(backend, (scope) => [compute(scope)])[0]!;
  }

  /** The same for several results. */
  static runMany(backend: TensorflowBackend, compute: (scope: RawScope) => Raw[]): Tensor[] {
    const scope = new RawScope(backend);
    let results: Raw[] = [];
    try {
      results = compute(scope);
      return results.map((result) => backend.createOutputTensor(result));
    } finally {
      scope.#free(results);
    }
  }

  /** An input of the kernel; not owned by the scope. */
  input(x: TensorInfo): Raw {
    const [id] = this.backend.getInputTensorIds([x]) as [number];
    return { id, shape: x.shape, dtype: this.backend.binding.TF_FLOAT };
  }

  /** A small int32 vector, or a scalar: sizes and axes, which TensorFlow wants on the host. */
  ints(values: readonly number[] | number): Raw {
    const { binding } = this.backend;
    const shape = typeof values === 'number' ? [] : [values.length];
    const id = binding.createTensor(shape, binding.TF_INT32, Int32Array.from([values].flat()));
    return this.#own({ id, shape, dtype: binding.TF_INT32 });
  }

  /** A small float32 vector. */
  floats(values: readonly number[]): Raw {
    const { binding } = this.backend;
    const shape = [values.length];
    const id = binding.createTensor(shape, binding.TF_FLOAT, Float32Array.from(values));
    return this.#own({ id, shape, dtype: binding.TF_FLOAT });
  }

  one(name: string, inputs: readonly Raw[], attributes: Attribute[] = []): Raw {
    return this.many(name, inputs, attributes, 1)[0]!;
  }

  many(name: string, inputs: readonly Raw[], attributes: Attribute[], outputs: number): Raw[] {
    const ids = inputs.map(({ id }) => id);
    const made = this.backend.binding.executeOp(name, attributes, ids, outputs);
    made.forEach((value) => this.#own(value));
    return made;
  }

  int(name: string, value: number): Attribute {
    return { name, type: this.backend.binding.TF_ATTR_INT, value };
  }

  float(name: string, value: number): Attribute {
    return { name, type: this.backend.binding.TF_ATTR_FLOAT, value };
  }

  bool(name: string, value: boolean): Attribute {
    return { name, type: this.backend.binding.TF_ATTR_BOOL, value };
  }

  /** Needed on operations that take a list, where TensorFlow stops inferring. */
  type(name: string, value: number): Attribute {
    return { name, type: this.backend.binding.TF_ATTR_TYPE, value };
  }

  reshape(x: Raw, shape: readonly number[]): Raw {
    return this.one('Reshape', [x, this.ints(shape)]);
  }

  /** @param dtype as TensorFlow numbers them, also one that tfjs has no tensors of */
  cast(x: Raw, dtype: number): Raw {
    return this.one('Cast', [x], [this.type('DstT', dtype)]);
  }

  /** Rows of x at the places that `indices` names. */
  gather(x: Raw, indices: Raw): Raw {
    return this.one('GatherV2', [x, indices, this.ints(0)]);
  }

  /** float32 zeros. */
  zeros(shape: readonly number[]): Raw {
    return this.one(
      'Empty',
      [this.ints(shape)],
      [this.type('dtype', this.backend.binding.TF_FLOAT), this.bool('init', true)],
    );
  }

  /** Laid end to end along the first axis. The parts are gone afterwards: what comes next can have their memory. */
  concat(parts: readonly Raw[]): Raw {
    if (parts.length === 1) return parts[0]!;
    const { TF_INT32 } = this.backend.binding;
    const types = [this.type('T', parts[0]!.dtype), this.type('Tidx', TF_INT32)];
    const whole = this.one(
      'ConcatV2',
      [...parts, this.ints(0)],
      [this.int('N', parts.length), ...types],
    );
    parts.forEach((part) => this.#release(part));
    return whole;
  }

  /** A value that outlives the scope must not be one of its own: only `run` may return one. */
  #own(value: Raw): Raw {
    this.#made.set(value.id, value);
    return value;
  }

  #release({ id }: Raw): void {
    if (this.#made.delete(id)) this.backend.binding.deleteTensor(id);
  }

  #free(except: readonly Raw[]): void {
    const kept = new Set(except.map(({ id }) => id));
    for (const id of this.#made.keys()) {
      if (!kept.has(id)) this.backend.binding.deleteTensor(id);
    }
  }
}
