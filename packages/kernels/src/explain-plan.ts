import { engine, getBackend } from '@tensorflow/tfjs-core';

import type { Precision } from './linear.js';
import type { DispatchPlan } from './plan.js';
import type { TensorflowBackend } from './tensorflow/backend.js';
import { countRows } from './tensorflow/batches.js';
import type { Estimate, ProductShape } from './tensorflow/choose-product.js';
import { deviceSpeeds, estimateProduct } from './tensorflow/choose-product.js';
import { hasNativeOperations } from './tensorflow/native.js';
import { bestBuild } from './wasm/module.js';
import { wasmThreads } from './wasm/register.js';
import type { WebGpuBackend } from './webgpu/backend.js';
import { groupsWanted } from './webgpu/device-traits.js';
import { outerChunks } from './webgpu/grouped-outer.js';
import { outerTile, rowTile } from './webgpu/tile.js';

/** How the current backend computes one product of a plan, and why. */
export interface ProductExplanation {
  readonly product: 'up' | 'down' | 'weight gradient';
  readonly algorithm: string;
  readonly reason: string;
  /** Every algorithm that was weighed, the chosen one first; empty where there is only one. */
  readonly considered: readonly Estimate[];
}

export interface PlanExplanation {
  readonly backend: string;
  readonly rows: number;
  /** Rows of the fullest expert over the mean; 1 is balanced. Null where the counts never leave the device. */
  readonly imbalance: number | null;
  readonly products: readonly ProductExplanation[];
}

export interface ExpertWidths {
  /** D */
  readonly modelWidth: number;
  /** F */
  readonly expertWidth: number;
  /** As `groupedLinear` is asked for it; default float32. */
  readonly precision?: Precision | undefined;
}

/**
 * Says which algorithm the current backend takes for each product of a plan. Computes nothing.
 * @param widths of the experts' two matrices, [D,F] and [F,D]
 */
export function explainPlan(
  plan: DispatchPlan,
  { modelWidth, expertWidth, precision }: ExpertWidths,
): PlanExplanation {
  const backend = getBackend();
  const { numRows, table } = plan;
  const shapes = [
    { product: 'up', kind: 'rows', inner: modelWidth, outer: expertWidth },
    { product: 'down', kind: 'rows', inner: expertWidth, outer: modelWidth },
    { product: 'weight gradient', kind: 'outer', inner: modelWidth, outer: expertWidth },
  ] as const;
  const products = shapes.map(({ product, ...shape }) => ({
    product,
    ...explained(backend, plan, shape, shape.kind === 'rows' ? precision : 'float32'),
  }));
  return { backend, rows: numRows, imbalance: table ? null : imbalanceOf(plan), products };
}

function imbalanceOf(plan: DispatchPlan): number {
  if (plan.numRows === 0) return 1;
  return (Math.max(...countRows(plan)) * plan.numExperts) / plan.numRows;
}

type Explained = Omit<ProductExplanation, 'product'>;
type Shape = Omit<ProductShape, 'rowsPerExpert'>;

function explained(
  backend: string,
  plan: DispatchPlan,
  shape: Shape,
  precision?: Precision,
): Explained {
  if (backend === 'tensorflow') return planned(plan, shape, precision);
  return backend === 'webgpu' ? tiled(plan, shape) : fixed(backend);
}

function tiled(plan: DispatchPlan, { kind, inner, outer }: Shape): Explained {
  const { rows, columns } = kind === 'rows' ? rowTile(plan, outer) : outerTile(inner, outer);
  const webgpu = engine().backend as unknown as WebGpuBackend;
  const chunks =
    kind === 'outer' ? outerChunks(plan, [inner, outer], groupsWanted(webgpu)) : undefined;
  const why =
    kind === 'rows'
      ? `${Math.round(plan.numRows / plan.numExperts)} rows per expert at most on average`
      : `an expert’s rows are walked in order${chunks ? `, those of more than ${chunks.rows} in chunks side by side` : ''}`;
  return {
    algorithm: `${chunks ? 'two dispatches' : 'one dispatch'}, tiles of ${rows} x ${columns}`,
    reason: `${why}; ${columns} columns pad ${outer} least; the counts stay on the device`,
    considered: [],
  };
}

function planned(plan: DispatchPlan, shape: Shape, precision?: Precision): Explained {
  const { isUsingGpuDevice } = engine().backend as TensorflowBackend;
  const rounded = precision === 'bf16';
  if (!rounded && hasNativeOperations(engine().backend)) return fixed('native');
  const speed = deviceSpeeds[isUsingGpuDevice ? 'gpu' : 'cpu'];
  const considered = estimateProduct({ ...shape, rowsPerExpert: countRows(plan) }, speed);
  const [first, ...others] = considered as [Estimate, ...Estimate[]];
  return {
    algorithm: first.algorithm,
    reason: `${rounded ? 'in bf16; ' : ''}${[first, ...others].map(describe).join('; ')}`,
    considered,
  };
}

/** e.g. `batched: 3.1 ms expected, 12% more rows, 9 launches` */
function describe({ algorithm, seconds, waste, launches }: Estimate): string {
  const more = `${Math.round(100 * waste)}% more rows`;
  return `${algorithm}: ${(1000 * seconds).toPrecision(2)} ms expected, ${more}, ${launches} launches`;
}

function fixed(backend: string): Explained {
  const [algorithm, reason] = (only[backend] ?? only['others']!)();
  return { algorithm, reason, considered: [] };
}

/** Backends with one way to compute. */
const only: Readonly<Record<string, () => readonly [string, string]>> = {
  cpu: () => ['row by row', 'the readable reference'],
  wasm: () => [
    `SIMD tiles per expert, build ${bestBuild()}, threads: ${wasmThreads()}`,
    'a product costs no launch, so nothing is gained by batching and nothing is padded',
  ],
  native: () => [
    "moekit's own operation",
    'tiles of every expert on all threads, rows gathered as they are read, bias and relu in the same pass, nothing padded',
  ],
  others: () => ['composed of tfjs operations', 'there are no kernels for this backend'],
};
