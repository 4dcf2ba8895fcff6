import type { DispatchPlan, Kernels } from '@moekit/kernels';
import { defaultKernels } from '@moekit/kernels';
import type { Tensor2D, Variable } from '@tensorflow/tfjs-core';
import { add, expandDims, getGradient, mul } from '@tensorflow/tfjs-core';

import type { Expert, RouteContext, Router, Routing } from './contract.js';
import { fail } from './errors.js';
import { routeWith } from './route-with.js';

export interface MoELayerParts {
  readonly router: Router;
  readonly experts: Expert;
  /** An always-on expert (a family of one) that every token passes, added to the routed output. */
  readonly sharedExpert?: Expert;
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
  readonly experts: Expert;
  readonly sharedExpert: Expert | undefined;
  readonly #kernels: Kernels;

  /** @throws MOE_SPEC when router and experts disagree on the number of experts */
  constructor({ router, experts, sharedExpert, kernels = defaultKernels }: MoELayerParts) {
    if (router.numExperts !== experts.numExperts) {
      throw fail('MOE_SPEC', {
        asked: `Router ${router.name} and its experts must agree on the number of experts`,
        got: `${router.numExperts} in the router and ${experts.numExperts} in the experts`,
        fix: 'Build both from the same numExperts.',
      });
    }
    this.router = router;
    this.experts = experts;
    this.sharedExpert = sharedExpert;
    this.#kernels = kernels;
  }

  /**
   * @param x float32 [T,D]      @returns tensors owned by the caller; call it inside a tidy or a gradient function
   * @throws MOE_SHAPE, MOE_ROUTE, MOE_ROUTING, MOE_NO_GRADIENTS, and coded errors of the router
   *   Gradient: through x, the expert weights and the combine weights; the dispatch itself is a constant.
   */
  call(x: Tensor2D, context: RouteContext): LayerResult {
    assertInput(x, context);
    const routing = routeWith(this.router, x, context);
    const plan = this.#kernels.dispatchPlan(routing.dispatchMask, {
      maxRows: routing.maxPairs,
    });
    const computed =
      this.experts.applyToTokens?.(x, plan) ??
      this.experts.apply(this.#kernels.dispatch(x, plan), plan); // [S,D]
    const routed = this.#kernels.combine(computed, routing.combineWeights, plan); // [T,D]
    const copied = routing.zeroCompute?.copyWeight;
    const output = copied ? add<Tensor2D>(routed, mul(expandDims(copied, 1), x)) : routed;
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

function assertInput(x: Tensor2D, context: RouteContext): void {
  if (x.rank !== 2 || x.dtype !== 'float32') {
    throw fail('MOE_SHAPE', {
      asked: 'An MoE layer needs its tokens as float32 [T,D]',
      got: `${x.dtype} [${(x.shape as number[]).join(', ')}]`,
      fix: 'Flatten batch and sequence first: reshape(x, [-1, D]).',
    });
  }
  if (context.training && getGradient('Sum') === undefined) {
    throw fail('MOE_NO_GRADIENTS', {
      asked: 'Training needs the gradients of TensorFlow.js',
      got: 'a program that loaded @tensorflow/tfjs-core alone',
      fix: "Add import '@tensorflow/tfjs' (or tfjs-node) once, before the first layer is built.",
    });
  }
}
