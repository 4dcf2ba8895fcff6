export { MoekitError, errorsOf, isMoekitError } from './error.js';
export type { ErrorDetail, ErrorTable } from './error.js';
export type { CapacityPriority } from './capacity-priority.js';
export { describeValue, isLiveTensor } from './describe-value.js';
export { explainPlan } from './explain-plan.js';
export type { ExpertWidths, PlanExplanation, ProductExplanation } from './explain-plan.js';
export { kernelErrors } from './errors.js';
export { fusedRouting } from './fused-routing.js';
export { groupedLinear } from './grouped-linear.js';
export { inHostMemory } from './in-host-memory.js';
export { defaultKernels } from './kernels.js';
export type { Kernels } from './kernels.js';
export type { LinearOptions, Precision } from './linear.js';
export {
  combine,
  densePlan,
  dispatch,
  dispatchPlan,
  expertRows,
  groupedMatMul,
} from './operations.js';
export { plansOnDevice } from './plan-on-device.js';
export type { DispatchPlan } from './plan.js';
export { registerKernels } from './register.js';
export type { RoutingOperations, RoutingTensors } from './routing-operations.js';
export { limitCapacity, selectOnHost, selectThreshold, selectTopK } from './selection.js';
export { stopGradient } from './stop-gradient.js';
export { offerSubgroups } from './webgpu/subgroups.js';
export { watchDevice } from './webgpu/watch-device.js';
export type { DeviceWatch } from './webgpu/watch-device.js';
export { prepareTensorflow } from './tensorflow/prepare.js';
export type { Mended } from './tensorflow/prepare.js';
export { bestBuild as wasmBuild } from './wasm/module.js';
export type { WasmBuild } from './wasm/module.js';
export { registerWasmKernels } from './wasm/register.js';
