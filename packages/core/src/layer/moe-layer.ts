import type { DispatchPlan, Kernels } from '@moekit/kernels';
import { defaultKernels } from '@moekit/kernels';
import type { Tensor2D, Variable } from '@tensorflow/tfjs-core';
import { Tensor, add, expandDims, getGradient, mul } from '@tensorflow/tfjs-core';

import type { Experts } from '../contract/experts.js';
import type { RouteContext, Router } from '../contract/router.js';
import type { Routing } from '../contract/routing.js';
import { assertMembers, assertTensor } from '../arguments/assert-arguments.js';
import { assertContext } from './assert-context.js';
import { assertExperts, assertRouter } from '../contract/assert-parts.js';
import { fail } from '../errors.js';
import { routeWith } from './route-with.js';
import { clearPadding } from '../routing/token-mask.js';

export interface MoELayerParts {
  readonly router: Router;
  readonly experts: Experts;
  /** An always-on expert (a family of one) that every token passes, added to the routed output. */
  readonly sharedExpert?: Experts;
  readonly kernels?: Kernels;
}

export interface LayerResult {
  /** float32 [T,D] */
  readonly output: Tensor2D;
  /** The decision behind it: its losses and masks, returned rather than collected anywhere. */
  readonly routing: Routing;
}

/** router decides, kernels move the tokens, experts compute: y_t = shared(x_t) + sum_e w_te expert_e(x_t). */
export class MoELayer {
  readonly router: Router;
  readonly experts: Experts;
  readonly sharedExpert: Experts | undefined;
  readonly #kernels: Kernels;

  /** @throws MOE_SPEC when parts are missing or disagree, MOE_OPTIONS on an unknown part */
  constructor(parts: MoELayerParts) {
    assertMembers('MoELayer', parts, ['router', 'experts', 'sharedExpert', 'kernels']);
    const { router, experts, sharedExpert, kernels = defaultKernels } = parts;
    assertRouter('An MoE layer', router);
    assertExperts('An MoE layer', experts);
    if (router.numExperts !== experts.numExperts) {
      throw fail('MOE_SPEC', {
        asked: `Router ${router.name} and its experts must agree on the number of experts`,
        got: `${router.numExperts} in the router and ${experts.numExperts} in the experts`,
        fix: 'Build both from the same numExperts.',
      });
    }
    if (sharedExpert) assertShared(sharedExpert, experts);
    this.router = router;
    this.experts = experts;
    this.sharedExpert = sharedExpert;
    this.#kernels = kernels;
  }

  /**
   * @param x float32 [T,D]      @returns tensors owned by the caller; call it inside a tidy or a gradient function
   * Padding counts as rows of 0, whatever it holds.
   * @throws MOE_SHAPE, MOE_CONTEXT, MOE_ROUTE, MOE_ROUTING, MOE_NO_GRADIENTS, and coded errors of the router
   *   Gradient: through x, the expert weights and the combine weights; the dispatch itself is a constant.
   */
  call(x: Tensor2D, context: RouteContext): LayerResult {
    assertInput(x, this.experts.modelWidth ?? 'D');
    assertContext(context, x.shape[0], this.router.numExperts);
    if (context.training) assertGradients();
    return this.#compute(clearPadding(x, context.tokenMask), context);
  }

  /** @param x float32 [T,D], padding 0 */
  #compute(x: Tensor2D, context: RouteContext): LayerResult {
    const routing = routeWith(this.router, x, context);
    const plan = this.#kernels.dispatchPlan(routing.dispatchMask, {
      maxRows: routing.maxPairs,
    });
    const computed =
      this.experts.applyToTokens?.(x, plan) ??
      this.experts.apply(this.#kernels.dispatch(x, plan), plan); // [S,D]
    const routed = this.#kernels.combine(computed, routing.combineWeights, plan); // [T,D]
    const { copyWeight, constant } = routing.zeroCompute ?? {};
    const copied = copyWeight ? add<Tensor2D>(routed, mul(expandDims(copyWeight, 1), x)) : routed;
    const output = constant ? add<Tensor2D>(copied, constant) : copied;
    return { output: this.#addShared(output, x), routing };
  }

  /** All weights and router state: router, experts, shared expert. Optimisers skip those with trainable false. */
  variables(): readonly Variable[] {
    return [this.router, this.experts, this.sharedExpert].flatMap(
      (part) => part?.variables() ?? [],
    );
  }

  dispose(): void {
    [this.router, this.experts, this.sharedExpert].forEach((part) => part?.dispose());
  }

  #addShared(output: Tensor2D, x: Tensor2D): Tensor2D {
    if (!this.sharedExpert) return output;
    const everyToken: DispatchPlan = this.#kernels.densePlan(x.shape[0]);
    return add(output, this.sharedExpert.apply(x, everyToken));
  }
}

function assertInput(x: Tensor2D, width: number | string): void {
  assertTensor('x of an MoE layer', x, ['T', width], {
    fix: isGone(x)
      ? 'Use it before it is disposed: inside the tidy that made it, or keep it with tf.keep.'
      : 'Flatten batch and sequence first, as float32: reshape(x, [-1, D]).',
  });
}

/** A tensor that a tidy, or its owner, has disposed. */
const isGone = (x: Tensor2D) => x instanceof Tensor && x.isDisposed;

function assertGradients(): void {
  if (getGradient('Sum') !== undefined) return;
  throw fail('MOE_NO_GRADIENTS', {
    asked:
      'Training needs the gradients of TensorFlow.js, which @tensorflow/tfjs-core alone does not register',
    fix: "Add import '@tensorflow/tfjs' (or tfjs-node) once, before the first layer is built.",
  });
}

function assertShared(shared: Experts, { modelWidth = shared.modelWidth }: Experts): void {
  assertExperts('sharedExpert of an MoE layer', shared);
  if (shared.numExperts === 1 && (shared.modelWidth ?? modelWidth) === modelWidth) return;
  throw fail('MOE_SPEC', {
    asked: 'sharedExpert of an MoE layer must be one expert, as wide as the others',
    got: `${shared.numExperts} of width ${shared.modelWidth ?? 'unknown'}`,
    fix: 'Build it with numExperts: 1 and the modelWidth of the layer.',
  });
}
