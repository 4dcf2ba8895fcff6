import { getBackend } from '@tensorflow/tfjs-core';

import type { BackendName } from './contract/backend.js';
import { assertKinds } from '../errors/assert-kinds.js';
import { assertPlan } from '../plan/assert-plan.js';
import { explainComposed } from './composed/explain.js';
import { explainCpu } from './cpu/explain.js';
import type { Explain, Explanation } from './contract/explanation.js';
import type { Precision } from '../kernel/linear.js';
import type { DispatchPlan } from '../plan/plan.js';
import { countRows } from './tensorflow/batches.js';
import { explainTensorflow } from './tensorflow/explain.js';
import { explainWasm } from './wasm/explain.js';
import { explainWebGpu } from './webgpu/explain.js';

/** Apart from the backends' records, so that a page which explains nothing does not carry it. */
const explain: Readonly<Record<BackendName, Explain>> = {
  cpu: explainCpu,
  wasm: explainWasm,
  webgpu: explainWebGpu,
  tensorflow: explainTensorflow,
};

/** How the current backend computes one product of a plan, and why. */
export interface ProductExplanation extends Explanation {
  readonly product: 'up' | 'down' | 'weight gradient';
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
export function explainPlan(plan: DispatchPlan, widths: ExpertWidths): PlanExplanation {
  assertPlan(plan);
  assertKinds('explainPlan', widths, { modelWidth: 'size', expertWidth: 'size' });
  const { modelWidth, expertWidth, precision } = widths;
  const backend = getBackend();
  const { numRows, table } = plan;
  const shapes = [
    { product: 'up', kind: 'rows', inner: modelWidth, outer: expertWidth },
    { product: 'down', kind: 'rows', inner: expertWidth, outer: modelWidth },
    { product: 'weight gradient', kind: 'outer', inner: modelWidth, outer: expertWidth },
  ] as const;
  const of = Object.hasOwn(explain, backend) ? explain[backend as BackendName] : explainComposed;
  const products = shapes.map(({ product, ...shape }) => ({
    product,
    ...of(plan, shape, shape.kind === 'rows' ? precision : 'float32'),
  }));
  return { backend, rows: numRows, imbalance: table ? null : imbalanceOf(plan), products };
}

function imbalanceOf(plan: DispatchPlan): number {
  if (plan.numRows === 0) return 1;
  return (Math.max(...countRows(plan)) * plan.numExperts) / plan.numRows;
}
