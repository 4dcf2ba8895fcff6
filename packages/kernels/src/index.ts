export { explainPlan } from './backends/explain-plan.js';
export type { ExpertWidths, PlanExplanation, ProductExplanation } from './backends/explain-plan.js';
export { fusedRouting } from './backends/fused-routing.js';
export { inHostMemory } from './backends/in-host-memory.js';
export { registerKernels } from './backends/register.js';
export { watchDevice } from './backends/webgpu/watch-device.js';
export type { DeviceWatch } from './backends/webgpu/watch-device.js';
export { kernelErrors } from './errors/codes.js';
export { describeValue, isLiveTensor } from './errors/describe-value.js';
export { findMisfit } from './errors/kinds.js';
export type { Kind } from './errors/kinds.js';
export { MoekitError, errorsOf, isMoekitError } from './errors/error.js';
export type { ErrorDetail, ErrorTable } from './errors/error.js';
export { joinErrors } from './errors/join.js';
export { nearest } from './errors/nearest.js';
export type { CapacityPriority } from './kernel/capacity-priority.js';
export type { LinearOptions, Precision } from './kernel/linear.js';
export { stopGradient } from './kernel/stop-gradient.js';
export { filled } from './ops/filled.js';
export { groupedLinear } from './ops/grouped-linear.js';
export { defaultKernels } from './ops/kernels.js';
export type { Kernels } from './ops/kernels.js';
export {
  combine,
  densePlan,
  dispatch,
  dispatchPlan,
  expertRows,
  groupedMatMul,
} from './ops/operations.js';
export { plansOnDevice } from './ops/plan-on-device.js';
export { limitCapacity, selectOnHost, selectThreshold, selectTopK } from './ops/selection.js';
export type { DispatchPlan } from './plan/plan.js';
