import type { Activation, MoELayer, RouteContext, Rng, Routing } from '@moekit/core';
import { FeedForwardExperts, assertCausal } from '@moekit/core';
import type { DispatchPlan } from '@moekit/kernels';
import { rmsNorm } from '@moekit/kernels/nn';
import type { Rank, Tensor2D, Variable } from '@tensorflow/tfjs-core';
import { add } from '@tensorflow/tfjs-core';

import type { MoEFactory } from '../contract.js';
import { unitGain } from './parameter.js';

const SEED_BOUND = 2 ** 31;

/** What decides a feed-forward block. */
export interface FeedForwardSpec {
  readonly modelWidth: number;
  /** Width of a dense one. */
  readonly feedForwardWidth: number;
  readonly activation: Activation;
  /** Accept routers that say `causal: false`. */
  readonly allowNonCausal?: boolean;
}

/** What a feed-forward layer needs beside the tokens. */
export interface FeedForwardFrame {
  /** The plan of dense layers: every token to the one expert. */
  readonly everyToken: DispatchPlan;
  readonly context: RouteContext;
  /** Applied to what is added to the residual stream; nothing when absent. */
  readonly drop?: (x: Tensor2D) => Tensor2D;
}

/** The pre-norm feed-forward half of a transformer layer, dense or MoE: x + feedForward(norm(x)). */
export class FeedForwardBlock {
  readonly moe: MoELayer | undefined;
  readonly #dense: FeedForwardExperts | undefined;
  readonly #gain: Variable<Rank.R1>; // [D]

  /** @param layer index that the factory is told      @param moe builds the feed-forward part; a dense one when absent */
  constructor(
    spec: FeedForwardSpec,
    { layer, rng }: { readonly layer: number; readonly rng: Rng },
    moe: MoEFactory | undefined,
  ) {
    const { modelWidth, feedForwardWidth: expertWidth, activation } = spec;
    const seed = rng.fork('feedForward').integer(SEED_BOUND);
    this.moe = moe?.({ layer, modelWidth, seed });
    if (this.moe) assertCausal(this.moe.router, spec.allowNonCausal);
    this.#dense = this.moe
      ? undefined
      : new FeedForwardExperts({ modelWidth, expertWidth, numExperts: 1, activation, seed });
    this.#gain = unitGain(modelWidth);
  }

  /** @param x float32 [T,D]      @returns float32 [T,D], with the routing of an MoE layer */
  apply(
    x: Tensor2D,
    { everyToken, context, drop = (y) => y }: FeedForwardFrame,
  ): { output: Tensor2D; routing?: Routing } {
    const normal = rmsNorm(x, this.#gain);
    if (!this.moe) return { output: add(x, drop(this.#dense!.apply(normal, everyToken))) };
    const { output, routing } = this.moe.call(normal, context);
    return { output: add(x, drop(output)), routing };
  }

  /** Forward FLOPs of the dense feed-forward per token; 0 for an MoE layer. */
  denseFlopsPerRow(): number {
    return this.#dense?.flopsPerRow() ?? 0;
  }

  /** Core's pieces do not name their weights, so those are numbered. */
  variables(): Record<string, Variable> {
    return {
      'feedForward.norm.gain': this.#gain,
      ...numbered('feedForward', this.#dense?.variables()),
      ...numbered('moe.router', this.moe?.router.variables()),
      ...numbered('moe.experts', this.moe?.experts.variables()),
      ...numbered('moe.sharedExpert', this.moe?.sharedExpert?.variables()),
    };
  }

  dispose(): void {
    this.#gain.dispose();
    this.#dense?.dispose();
    this.moe?.dispose();
  }
}

/** A matrix is a weight; a vector, or one row per expert of a stack ([E,F] beside [E,D,F]), is a bias. */
function numbered(prefix: string, variables: readonly Variable[] = []): Record<string, Variable> {
  const stacked = variables.some((v) => v.rank === 3);
  return Object.fromEntries(
    variables.map((v, i) => {
      const bias = v.rank < 2 || (stacked ? v.rank === 2 : v.shape[0] === 1);
      return [`${prefix}.${i}.${bias ? 'bias' : 'weight'}`, v];
    }),
  );
}
