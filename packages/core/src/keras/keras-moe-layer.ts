import { stopGradient } from '@moekit/kernels';
import type { Scalar, serialization, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { cast, keep, reshape, tidy } from '@tensorflow/tfjs-core';
import type { Shape } from '@tensorflow/tfjs-layers';
import { layers } from '@tensorflow/tfjs-layers';

import type { RouteContext, Sequences } from '../contract/router.js';
import type { Routing } from '../contract/routing.js';
import { fail } from '../errors.js';
import { FeedForwardExperts } from '../experts/feed-forward.js';
import { totalRouterLoss } from '../losses/total.js';
import { MoELayer } from '../layer/moe-layer.js';
import { parseOptions } from '../contract/parse-options.js';
import { createRouter } from '../contract/create-router.js';
import { createRng } from '../contract/rng.js';
import { adoptWeights } from './adopted-weight.js';
import { attachLoss } from './attach-loss.js';
import { fromConfig, toConfig } from './config.js';
import { assertLayerArgs } from './assert-args.js';
import type { KerasMoELayerArgs } from './args.js';
import { StepStats } from './step-stats.js';
import { widthOf } from './width-of.js';

/**
 * A Mixture-of-Experts layer for `tf.sequential` and the functional API: [B,D] or [B,L,D] in, the same shape out.
 * Make one with `kerasMoELayer`, which also lets saved models find it.
 */
export class KerasMoELayer extends layers.Layer {
  static readonly className = 'KerasMoELayer';
  readonly #args: KerasMoELayerArgs;
  readonly #seed: number;
  readonly #steps: StepStats;
  #layer: MoELayer | undefined;
  /** Training passes so far: each draws noise of its own, also after the model was saved and loaded. */
  #passes: number;
  #reported: Scalar[] = [];

  /** @throws MOE_OPTIONS when the router's options do not fit its schema */
  constructor(args: KerasMoELayerArgs, passes = 0) {
    assertLayerArgs(args);
    const { name, inputShape, trainable } = args;
    super({
      ...(name !== undefined && { name }),
      ...(inputShape !== undefined && { inputShape: [...inputShape] }),
      ...(trainable !== undefined && { trainable }),
    });
    const { router, routerOptions, seed = 1 } = args;
    createRng(seed); // refuses an impossible seed
    parseOptions(router.options, routerOptions, `router ${router.name}`);
    this.#args = args;
    this.#seed = seed;
    this.#passes = passes;
    this.#steps = new StepStats(router.name);
    this.supportsMasking = true;
  }

  /** Router, experts and shared expert. @throws MOE_SHAPE before the layer has seen an input shape */
  get moe(): MoELayer {
    if (this.#layer) return this.#layer;
    throw fail('MOE_SHAPE', {
      asked: `Layer ${this.name} has no router before it is built`,
      fix: 'Add it to a model, or apply it, first.',
    });
  }

  override build(inputShape: Shape | Shape[]): void {
    const { router, routerOptions, ...sizes } = this.#args;
    const { numExperts, expertWidth, activation = 'relu', sharedExpertWidth } = sizes;
    const spec = { modelWidth: widthOf(inputShape), numExperts, seed: this.#seed };
    const experts = new FeedForwardExperts({ ...spec, expertWidth, activation });
    const shared = sharedExpertWidth && {
      numExperts: 1,
      expertWidth: sharedExpertWidth,
      seed: createRng(this.#seed)
        .fork('shared')
        .integer(2 ** 31),
    };
    const moe = new MoELayer({
      router: createRouter(router, spec, routerOptions),
      experts,
      ...(shared && { sharedExpert: new FeedForwardExperts({ ...spec, ...shared, activation }) }),
    });
    const weights = [
      ...adoptWeights('router', moe.router.variables()),
      ...adoptWeights('experts', experts.variables()),
      ...adoptWeights('shared', moe.sharedExpert?.variables() ?? []),
    ];
    this.trainableWeights = weights.filter(({ trainable }) => trainable);
    this.nonTrainableWeights = weights.filter(({ trainable }) => !trainable);
    this.#layer = moe;
    super.build(inputShape);
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape | Shape[] {
    widthOf(inputShape);
    return inputShape;
  }

  /**
   * Gradient: through x and all weights, and that of the router's losses (see `attachLoss`).
   * @throws MOE_AFTER_STEP when a router with state is trained without `afterEachStep`
   */
  override call(inputs: Tensor | Tensor[], kwargs: { training?: boolean; mask?: Tensor }): Tensor {
    const x = Array.isArray(inputs) ? inputs[0]! : inputs;
    const training = kwargs?.training === true;
    if (training) this.#steps.expectRoom(this.inboundNodes.length);
    return tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const tokens = reshape(x, [-1, x.shape.at(-1)!]) as Tensor2D; // [T,D]
      const context = this.#contextOf(x, training, kwargs?.mask);
      const { output, routing } = this.moe.call(tokens, context);
      const shaped = reshape(output, x.shape);
      return training ? this.#learn(shaped, routing, context.tokenMask) : shaped;
    });
  }

  /**
   * The router's losses of the passes since it was last asked, for the `loss` that `fit` reports; constants, for their
   * gradient goes through the output.
   */
  override calculateLosses(): Scalar[] {
    const losses = this.#reported;
    this.#reported = [];
    return tidy(() => {
      const sum = losses.map((loss) => stopGradient(loss));
      losses.forEach((loss) => loss.dispose());
      return sum;
    });
  }

  /**
   * Moves the router's state, where it has any, by what the training passes since the last call routed. After each
   * optimiser step: `afterEachStep(model)` does it in `fit`.
   */
  async afterStep(): Promise<void> {
    await this.#steps.apply(this.moe.router);
  }

  override getConfig(): serialization.ConfigDict {
    const saved = { ...this.#args, seed: this.#seed, passes: this.#passes };
    return { ...super.getConfig(), ...toConfig(saved) };
  }

  /** @throws MOE_ROUTER_UNREGISTERED when the program did not register the router that the config names */
  static override fromConfig<T extends serialization.Serializable>(
    cls: serialization.SerializableConstructor<T>,
    config: serialization.ConfigDict,
  ): T {
    const { passes, ...args } = fromConfig(config);
    return new cls(args, passes);
  }

  protected override disposeWeights(): number {
    const weights = this.weights.length;
    this.#layer?.dispose();
    this.#steps.dispose();
    this.calculateLosses().forEach((loss) => loss.dispose());
    return weights;
  }

  #contextOf(x: Tensor, training: boolean, mask: Tensor | undefined): RouteContext {
    const stream = training ? `pass ${this.#passes++}` : 'evaluation';
    const rng = createRng(this.#seed).fork(stream);
    const sequences = sequencesOf(x);
    const perToken = x.shape.slice(0, -1).join();
    // kwargs of TensorFlow.js carry the mask of an earlier layer along; only one that fits is ours
    if (mask?.shape.join() !== perToken) return { training, rng, sequences };
    const tokenMask = cast(reshape(mask, [-1]), 'float32') as Tensor1D;
    return { training, rng, sequences, tokenMask };
  }

  #learn(output: Tensor, routing: Routing, tokenMask: Tensor1D | undefined): Tensor {
    const loss = totalRouterLoss(routing.losses);
    this.#steps.record(this.moe.router, routing, tokenMask);
    this.#reported.push(keep(stopGradient(loss)));
    const passes = Math.max(1, this.inboundNodes.length); // a hand-written training loop may never read them
    this.#reported.splice(0, this.#reported.length - passes).forEach((old) => old.dispose());
    return attachLoss(output, loss);
  }
}

/** An input [B,L,D] has sequences; each row of [B,D] is an example by itself. */
function sequencesOf({ shape }: Tensor): Sequences {
  return { batch: shape[0]!, length: shape.length === 3 ? shape[1]! : 1 };
}
