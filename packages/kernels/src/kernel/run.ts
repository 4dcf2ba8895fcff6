import type { Tensor } from '@tensorflow/tfjs-core';
import { engine, getBackend, getKernel } from '@tensorflow/tfjs-core';

import { fail } from '../errors/codes.js';
import type {
  Attributes,
  Inputs,
  KernelName,
  ListKernelMap,
  OutputTensors,
  PlannedName,
} from './kernel-map.js';
import type { DispatchPlan } from '../plan/plan.js';

/** Runs a registered kernel on the current backend, on the tape. Attributes may hold any host value. */
export function runAll<Name extends KernelName>(
  kernelName: Name,
  inputs: Inputs<Name, Tensor>,
  attributes: Attributes<Name>,
): OutputTensors<Name> {
  return runNamed(kernelName, inputs, attributes) as never;
}

/** The first output, for the kernels that have one. */
export function run<Name extends KernelName>(
  kernelName: Name,
  inputs: Inputs<Name, Tensor>,
  attributes: Attributes<Name>,
): OutputTensors<Name>[0] {
  return runNamed(kernelName, inputs, attributes)[0] as never;
}

/** Runs a kernel over a list of tensors. @returns its outputs, owned by the caller */
export function runList<Name extends keyof ListKernelMap>(
  kernelName: Name,
  tensors: readonly Tensor[],
  attributes: ListKernelMap[Name],
): Tensor[] {
  return runNamed(kernelName, tensors, attributes);
}

/** Whether the current backend has a kernel. */
export function hasKernel(
  kernelName: KernelName | OnDevice<PlannedName> | keyof ListKernelMap,
): boolean {
  return getKernel(kernelName, getBackend()) !== undefined;
}

type OnDevice<Name extends PlannedName> = `${Name}OnDevice`;

/** The name under which a kernel takes plans that live on the device. */
export function onDevice<Name extends PlannedName>(kernelName: Name): OnDevice<Name> {
  return `${kernelName}OnDevice`;
}

/**
 * Runs a kernel over planned rows. The table of a device plan is an input of its own, so that the tape keeps it.
 * @throws KERNELS_PLAN where the plan was made on a device and the backend is another one now
 */
export function runPlanned<Name extends PlannedName>(
  kernelName: Name,
  inputs: Inputs<Name, Tensor>,
  attributes: Attributes<Name>,
): OutputTensors<Name>[0] {
  const { table } = attributes.plan;
  if (!table) return run(kernelName, inputs, attributes);
  if (!hasPlanned(kernelName, attributes.plan)) throwElsewhere();
  return runNamed(onDevice(kernelName), { ...inputs, table }, attributes)[0] as never;
}

/** Whether the current backend has a kernel for plans of this kind. */
export function hasPlanned(kernelName: PlannedName, { table }: DispatchPlan): boolean {
  return hasKernel(table ? onDevice(kernelName) : kernelName);
}

function runNamed(kernelName: string, inputs: object, attributes: object): Tensor[] {
  return [engine().runKernel(kernelName, inputs as never, attributes as never)].flat();
}

function throwElsewhere(): never {
  throw fail('KERNELS_PLAN', {
    asked: 'A plan on a device must be used on the backend that made it',
    got: `backend ${getBackend()}`,
    fix: 'Make a new plan after setBackend.',
  });
}
