import type { DispatchPlan } from '../../plan/plan.js';
import type { Raw } from './raw.js';
import type { TensorflowBackend } from './backend.js';

/** The index vectors that kernels read, all int64, [S] unless they are offsets: TensorFlow keeps int32 on the host, a GPU wants them near. */
const vectors = {
  tokens: ({ tokenIndices }: DispatchPlan) => tokenIndices,
  experts: ({ expertIndices }: DispatchPlan) => expertIndices,
  rows: ({ numRows }: DispatchPlan) => Int32Array.from({ length: numRows }, (_, s) => s),
  expertOffsets: ({ expertOffsets }: DispatchPlan) => expertOffsets,
  tokenOffsets: ({ tokenOffsets }: DispatchPlan) => tokenOffsets,
  tokenRows: ({ tokenRows }: DispatchPlan) => tokenRows,
  /** Token of each entry of tokenRows, ascending. */
  slotTokens: ({ tokenRows, tokenIndices }: DispatchPlan) => tokenRows.map((s) => tokenIndices[s]!),
  /** Place in [T,E] of each row's pair. */
  pairs: ({ tokenIndices, expertIndices, numExperts }: DispatchPlan) =>
    tokenIndices.map((t, s) => t * numExperts + expertIndices[s]!),
} as const;

export type IndexName = keyof typeof vectors;

/** Plans whose indices are kept: a forward pass of that many layers finds all of them again on its way back. */
const KEPT = 32;

/**
 * Uploaded indices of the plans that were used last. A plan is a host object without a lifetime, so old ones are
 * dropped by count, which bounds the memory whatever a program does.
 */
export class PlanIndices {
  readonly #backend: TensorflowBackend;
  readonly #plans = new Map<DispatchPlan, Map<string, Raw>>();
  #noIndices: Raw | undefined;
  #noValues: Raw | undefined;

  constructor(backend: TensorflowBackend) {
    this.#backend = backend;
  }

  /** Stands for indices that are not given; owned by the cache. */
  none(): Raw {
    return (this.#noIndices ??= upload(this.#backend, new Int32Array(0)));
  }

  /** Stands for an input of floats that is not given; owned by the cache. */
  noValues(): Raw {
    const { binding } = this.#backend;
    const [shape, dtype] = [[0], binding.TF_FLOAT];
    const create = () => binding.createTensor(shape, dtype, new Float32Array(0));
    return (this.#noValues ??= { id: create(), shape, dtype });
  }

  /** Owned by the cache: valid until 32 other plans were used. */
  of(plan: DispatchPlan, name: IndexName): Raw {
    return this.upload(plan, name, () => vectors[name](plan));
  }

  /** Any other int64 vector that belongs to a plan. */
  upload(plan: DispatchPlan, name: string, values: () => Int32Array): Raw {
    const uploaded = this.#use(plan);
    const known = uploaded.get(name);
    if (known) return known;
    const raw = upload(this.#backend, values());
    uploaded.set(name, raw);
    return raw;
  }

  #use(plan: DispatchPlan): Map<string, Raw> {
    const uploaded = this.#plans.get(plan) ?? new Map<string, Raw>();
    this.#plans.delete(plan);
    this.#plans.set(plan, uploaded); // the newest is last
    if (this.#plans.size > KEPT) this.#dropOldest();
    return uploaded;
  }

  #dropOldest(): void {
    const [plan, uploaded] = this.#plans.entries().next().value!;
    for (const { id } of uploaded.values()) this.#backend.binding.deleteTensor(id);
    this.#plans.delete(plan);
  }
}

/** The binding takes int64 as pairs of int32, low half first; indices are never negative. */
function upload({ binding }: TensorflowBackend, values: Int32Array): Raw {
  const pairs = new Int32Array(2 * values.length);
  for (let i = 0; i < values.length; i++) pairs[2 * i] = values[i]!;
  const shape = [values.length];
  const id = binding.createTensor(shape, binding.TF_INT64, pairs);
  return { id, shape, dtype: binding.TF_INT64 };
}
