import type { MoELayer, Rng, RouteContext, Routing } from '@moekit/core';
import { createRng } from '@moekit/core';
import type { DispatchPlan } from '@moekit/kernels';
import { densePlan } from '@moekit/kernels';
import type { RotaryTables } from '@moekit/kernels/nn';
import { rmsNorm, rotaryTables } from '@moekit/kernels/nn';
import type { Rank, Tensor1D, Tensor2D, Variable } from '@tensorflow/tfjs-core';
import { slice } from '@tensorflow/tfjs-core';

import type { Flops, ForwardOptions, LanguageModelConfig, MoEFactory } from '../contract.js';
import { causalMask } from './causal-mask.js';
import { countFlops } from './flops.js';
import type { LayerConfig } from './layer.js';
import { TransformerLayer } from './layer.js';
import { unitGain } from './parameter.js';

export type StackConfig = LayerConfig &
  Pick<LanguageModelConfig, 'contextLength' | 'numLayers' | 'moeEvery' | 'positions'>;

/** What a stack is told of the tokens beside their vectors. */
export interface StackInput {
  readonly batchSize: number;
  /** L, at most the context length. */
  readonly length: number;
  readonly options: ForwardOptions;
  /** See RouteContext. */
  readonly tokenIds?: Tensor1D;
  /** See RouteContext. */
  readonly tokenMask?: Tensor1D;
}

/**
 * The layers of a causal transformer with a norm after the last: all of a model between embedding and output, whatever
 * its tokens are.
 */
export class CausalStack {
  readonly moeLayers: readonly MoELayer[];
  readonly #config: StackConfig;
  readonly #layers: readonly TransformerLayer[];
  readonly #gain: Variable<Rank.R1>; // [D]
  readonly #causalMask: Tensor2D; // [L,L]
  readonly #rotary: RotaryTables;
  #everyToken: DispatchPlan = densePlan(1);

  /** @param rng of the model; each layer has a stream of its own      @param moe builds each MoE feed-forward */
  constructor(config: StackConfig, rng: Rng, moe: MoEFactory | undefined) {
    const { contextLength, modelWidth, numLayers, numHeads, moeEvery, positions } = config;
    this.#config = config;
    this.#layers = Array.from({ length: numLayers }, (_, i) => {
      const factory = (i + 1) % moeEvery === 0 ? moe : undefined;
      return new TransformerLayer(config, i, rng.fork(`layers.${i}`), factory);
    });
    this.moeLayers = this.#layers.flatMap((layer) => layer.moe ?? []);
    this.#gain = unitGain(modelWidth);
    this.#causalMask = causalMask(contextLength);
    const speed = positions === 'learned' ? 0 : 1;
    this.#rotary = rotaryTables(contextLength, modelWidth / numHeads, speed);
  }

  /**
   * @param x float32 [B*L,D], batch-major      @returns float32 [B*L,D] after the norm, and a routing per MoE layer;
   *   owned by the caller: call it inside a tidy
   */
  apply(x: Tensor2D, input: StackInput): { hidden: Tensor2D; routings: Routing[] } {
    const { batchSize, length } = input;
    if (this.#everyToken.numTokens !== x.shape[0]) this.#everyToken = densePlan(x.shape[0]);
    const mask = slice(this.#causalMask, [0, 0], [length, length]);
    const frame = { batchSize, length, mask, rotary: this.#rotary };
    const routings: Routing[] = [];
    let hidden = x; // [B*L,D]
    this.#layers.forEach((layer, i) => {
      const context = routeContext(input, i, routings.at(-1)?.logits);
      const applied = layer.apply(hidden, frame, { everyToken: this.#everyToken, context });
      if (applied.routing) routings.push(applied.routing);
      hidden = applied.output;
    });
    return { hidden: rmsNorm(hidden, this.#gain), routings };
  }

  /** See countFlops. @param expertsPerToken one per MoE layer */
  flopsPerToken(expertsPerToken: readonly number[]): Flops {
    const [inPlaceFlopsPerRow, denseFlopsPerRow] = [true, false].map((place) =>
      this.#layers
        .filter((_, i) => ((i + 1) % this.#config.moeEvery === 0) === place)
        .map((layer) => layer.denseFlopsPerRow()),
    ) as [number[], number[]];
    const parts = { config: this.#config, moeLayers: this.moeLayers };
    return countFlops({ ...parts, denseFlopsPerRow, inPlaceFlopsPerRow }, expertsPerToken);
  }

  /** Layers from the first to the last, then the norm. */
  namedVariables(): [string, Variable][] {
    const layers = this.#layers.flatMap((layer, i) =>
      Object.entries(layer.variables()).map(
        ([name, v]) => [`layers.${i}.${name}`, v] as [string, Variable],
      ),
    );
    return [...layers, ['norm.gain', this.#gain]];
  }

  dispose(): void {
    for (const layer of this.#layers) layer.dispose();
    const { cosines, sines, quarterTurn } = this.#rotary;
    for (const own of [this.#gain, this.#causalMask, cosines, sines, quarterTurn]) own.dispose();
  }
}

/** Noise differs by pass and layer, and is the same whatever else the pass computes. */
function routeContext(
  { options, tokenIds, tokenMask }: StackInput,
  layer: number,
  previousLogits: Tensor2D | undefined,
): RouteContext {
  const { training, dropFree = false, seed = 0 } = options;
  const rng = createRng(seed).fork(`layers.${layer}.router`);
  const known = {
    ...(tokenIds && { tokenIds }),
    ...(tokenMask && { tokenMask }),
    ...(previousLogits && { previousLogits }),
  };
  return { training, dropFree, rng, ...known };
}
