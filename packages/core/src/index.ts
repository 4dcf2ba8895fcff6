export { MoekitError, errorsOf, isMoekitError, joinErrors } from '@moekit/kernels';
export type { DispatchPlan, Kernels } from '@moekit/kernels';
export {
  defaultKernels,
  limitCapacity,
  registerKernels,
  selectOnHost,
  selectThreshold,
  selectTopK,
  stopGradient,
  watchDevice,
} from '@moekit/kernels';
export type { CapacityPriority } from '@moekit/kernels';
export { assertKinds } from './arguments/assert-kinds.js';
export { withCapacity } from './combinators/with-capacity.js';
export type { WithCapacityOptions } from './combinators/with-capacity.js';
export { withJitter } from './combinators/with-jitter.js';
export { withZLoss } from './combinators/with-z-loss.js';
export { wrapRouter } from './combinators/wrap-router.js';
export { assertCausal } from './contract/assert-causal.js';
export { createRouter } from './contract/create-router.js';
export type { Experts } from './contract/experts.js';
export { describeIssues, pathText } from './contract/mistakes.js';
export type { Judged, Misfits, Path } from './contract/mistakes.js';
export { parameter } from './contract/parameter.js';
export { parseOptions, unknownOption } from './contract/parse-options.js';
export { assertPlugin, defineRouter } from './contract/plugin.js';
export type { RouterAbout, RouterPlugin } from './contract/plugin.js';
export { createRng, gumbelArray, normalArray, uniformArray } from './contract/rng.js';
export type { Rng } from './contract/rng.js';
export { normalNoise, uniformNoise } from './contract/noise.js';
export type { RouteContext, Router, RouterSpec, Sequences } from './contract/router.js';
export type { RouterState } from './contract/router-state.js';
export type { RoutingStats } from './contract/routing-stats.js';
export type { RouterLoss, Routing, ZeroCompute } from './contract/routing.js';
export type { Activation } from './experts/activation.js';
export { FeedForwardExperts } from './experts/feed-forward.js';
export type { FeedForwardOptions } from './experts/feed-forward.js';
export { assertRoutingValues } from './layer/assert-routing-values.js';
export { MoELayer } from './layer/moe-layer.js';
export type { LayerResult, MoELayerParts } from './layer/moe-layer.js';
export { routeWith } from './layer/route-with.js';
export type { RouterStatistic, StepStatistics } from './contract/statistics.js';
export { createBalance } from './losses/balance.js';
export type { Balance, BalanceRule, BalanceScope } from './losses/balance.js';
export { squaredCoefficientOfVariation } from './losses/coefficient-of-variation.js';
export { assignmentFractions, loadBalancingLoss } from './losses/load-balancing.js';
export { balanceLosses, zLosses } from './losses/router-losses.js';
export type { BalanceOptions } from './losses/router-losses.js';
export { totalRouterLoss } from './losses/total.js';
export { zLoss } from './losses/z-loss.js';
export { assertFinite } from './routing/assert-finite.js';
export { expertCapacity, stepCapacity, withinCapacity } from './routing/capacity.js';
export type { CapacityFactors, CapacityRule, EvenShare } from './routing/capacity.js';
export { createGate } from './routing/gate.js';
export type { Gate, GateInit } from './routing/gate.js';
export { gatedRouter } from './routing/gated-router.js';
export type { GatedRouterParts } from './routing/gated-router.js';
export { select } from './routing/select.js';
export { selectedSoftmax } from './routing/selected-softmax.js';
export { tidyRouting } from './routing/tidy-routing.js';
export {
  clearPadding,
  countTokens,
  createTokenMask,
  maskTokens,
  tokenMean,
} from './routing/token-mask.js';
export { decodeRoutingStats } from './stats/decode.js';
export { encodeRoutingStats } from './stats/encode.js';
export { mapRoutingFigures, ROUTING_FIGURES, summariseRouting } from './stats/figures.js';
export type { RoutingFigure, RoutingFigureName, RoutingSummary } from './stats/figures.js';
export { encodeLabels, labelInformation, utilisation } from './stats/specialisation.js';
export { encodeStatistics, joinStatistics } from './stats/statistics.js';
export type { EncodedStatistics, PassStatistic, PassStatistics } from './stats/statistics.js';
export { sumRoutingStats } from './stats/sum.js';
export { coreErrors } from './errors.js';
