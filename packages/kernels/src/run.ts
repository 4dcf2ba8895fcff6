import type { Tensor } from '@tensorflow/tfjs-core';
import { engine, getBackend, getKernel } from '@tensorflow/tfjs-core';

import { fail } from './errors.js';
import type { DispatchPlan } from './plan.js';

/** Runs a registered kernel on the current backend, on the tape. Attributes may hold any host value. */
export function run<Output extends Tensor>(
  kernelName: string,
  inputs: Record<string, Tensor>,
  attributes: Record<string, unknown>,
): Output {
  return engine().runKernel(kernelName, inputs, attributes as never);
}

/** The name under which a kernel takes plans that live on the device. */
export function onDevice(kernelName: string): string {
  return `${kernelName}OnDevice`;
}

/**
 * Runs a kernel over planned rows. The table of a device plan is an input of its own, so that the tape keeps it.
 * @throws KERNELS_PLAN where the plan was made on a device and the backend is another one now
 */
export function runPlanned<Output extends Tensor>(
  kernelName: string,
  inputs: Record<string, Tensor>,
  attributes: { readonly plan: DispatchPlan } & Record<string, unknown>,
): Output {
  const { table } = attributes.plan;
  if (!table) return run(kernelName, inputs, attributes);
  if (!hasPlanned(kernelName, attributes.plan)) throwElsewhere();
  return run(onDevice(kernelName), { ...inputs, table }, attributes);
}

/** Whether the current backend has a kernel for plans of this kind. */
export function hasPlanned(kernelName: string, { table }: DispatchPlan): boolean {
  return getKernel(table ? onDevice(kernelName) : kernelName, getBackend()) !== undefined;
}

function throwElsewhere(): never {
  throw fail('KERNELS_PLAN', {
    asked: 'A plan that lives on a device is used on the backend that made it',
    got: `backend ${getBackend()}`,
    fix: 'Plan anew after setBackend.',
  });
}
