export { MoekitError, errorsOf, isMoekitError } from '@moekit/kernels';
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
export { assertFinite } from './assert-finite.js';
export { assertRoutingValues } from './assert-routing-values.js';
export { expertCapacity, stepCapacity, withinCapacity } from './capacity.js';
export type { CapacityFactors, CapacityRule, EvenShare } from './capacity.js';
export { withCapacity } from './combinators/with-capacity.js';
export type { WithCapacityOptions } from './combinators/with-capacity.js';
export { withJitter } from './combinators/with-jitter.js';
export { withZLoss } from './combinators/with-z-loss.js';
export { wrapRouter } from './combinators/wrap-router.js';
export type {
  Experts,
  RouteContext,
  Router,
  RouterLoss,
  RouterPlugin,
  RouterSpec,
  Routing,
  RoutingStats,
  ZeroCompute,
} from './contract.js';
export type { DataSource } from './data-source.js';
export { coreErrors } from './errors.js';
export type { Activation } from './experts/activation.js';
export { FeedForwardExperts } from './experts/feed-forward.js';
export type { FeedForwardOptions } from './experts/feed-forward.js';
export { createGate } from './gate.js';
export type { Gate, GateInit } from './gate.js';
export { gatedRouter } from './gated-router.js';
export type { GatedRouterParts } from './gated-router.js';
export { squaredCoefficientOfVariation } from './losses/coefficient-of-variation.js';
export { assignmentFractions, loadBalancingLoss } from './losses/load-balancing.js';
export { balanceLosses, zLosses } from './losses/router-losses.js';
export type { BalanceOptions } from './losses/router-losses.js';
export { totalRouterLoss } from './losses/total.js';
export { zLoss } from './losses/z-loss.js';
export { MoELayer } from './moe-layer.js';
export type { LayerResult, MoELayerParts } from './moe-layer.js';
export { parseOptions, unknownOption } from './options/parse-options.js';
export { parameter } from './parameter.js';
export { assertCausal, assertPlugin, createRouter, defineRouter } from './plugin.js';
export { createRng, normalArray, uniformArray } from './rng.js';
export type { Rng } from './rng.js';
export { routeWith } from './route-with.js';
export { mapRoutingFigures, ROUTING_FIGURES, summariseRouting } from './routing-figures.js';
export type { RoutingFigure, RoutingFigureName, RoutingSummary } from './routing-figures.js';
export { select } from './select.js';
export { selectedSoftmax } from './selected-softmax.js';
export { decodeRoutingStats, encodeRoutingStats } from './stats.js';
export type { RoutingEvent, TelemetrySink } from './telemetry.js';
export { tidyRouting } from './tidy-routing.js';
export { clearPadding, countTokens, createTokenMask, maskTokens, tokenMean } from './token-mask.js';
