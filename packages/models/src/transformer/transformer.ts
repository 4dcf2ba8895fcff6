import type { Activation, MoELayer, Rng, RouteContext, Routing } from '@moekit/core';
import { FeedForwardExperts, assertCausal, createRng } from '@moekit/core';
import type { DispatchPlan } from '@moekit/kernels';
import { densePlan } from '@moekit/kernels';
import type { Heads, RotaryTables } from '@moekit/kernels/nn';
import { attend, product, rmsNorm, rotaryTables, splitHeads } from '@moekit/kernels/nn';
import type { Rank, Tensor, Tensor1D, Tensor2D, Tensor4D, Variable } from '@tensorflow/tfjs-core';
import { add, concat, slice, tensor2d, tidy } from '@tensorflow/tfjs-core';

import type { Flops, ForwardOptions, LanguageModelConfig, MoEFactory } from '../contract.js';
import { countFlops } from './flops.js';
import { drawWeight, unitGain } from './parameter.js';

/**
 * A transformer from its smallest part to the whole: attention, the feed-forward block (dense or MoE), the layer of both,
 * and the causal stack of layers that every decoder-only model here is made of.
 *
 * Shapes: B sequences of L tokens, T = B*L rows, D the model's width, H heads of width Dh = D / H.
 */

// ------------------------------------------------------------------------------------------------------- attention

/** Added to the scores of keys that may not be seen: exp of it is 0, and unlike -Infinity it never makes a NaN. */
export const MASKED = -1e9;

/** float32 [L,L]: 0 where the key is not later than the query, else MASKED. */
export function causalMask(length: number): Tensor2D {
  const values = new Float32Array(length * length);
  for (let query = 0; query < length; query++) {
    values.fill(MASKED, query * length + query + 1, (query + 1) * length);
  }
  return tensor2d(values, [length, length]);
}

/** The inputs of attention, apart from the tokens; the same in every layer. */
export interface AttentionFrame {
  readonly batchSize: number;
  readonly length: number;
  /** Broadcasts to [B,H,L,L]: 0 where a key may be seen, a large negative number elsewhere. */
  readonly mask: Tensor;
  readonly rotary: RotaryTables;
}

/** Keys and values of the tokens read so far, one [B,H,P,Dh] each; absent before the first. */
export type KeyValues = { readonly keys: Tensor4D; readonly values: Tensor4D } | undefined;

/** Multi-head self-attention without biases (Vaswani 2017); causal where its mask is. */
export class SelfAttention {
  readonly #numHeads: number;
  readonly #input: Variable<Rank.R2>; // [D,3D] queries, keys and values in one product
  readonly #output: Variable<Rank.R2>; // [D,D]

  constructor({ modelWidth: d, numHeads }: { modelWidth: number; numHeads: number }, rng: Rng) {
    this.#numHeads = numHeads;
    this.#input = drawWeight<Rank.R2>(rng, 'input', [d, 3 * d], 1 / Math.sqrt(d));
    this.#output = drawWeight<Rank.R2>(rng, 'output', [d, d], 1 / Math.sqrt(d));
  }

  /** @param x float32 [B*L,D]      @returns float32 [B*L,D], owned by the caller */
  apply(x: Tensor2D, frame: AttentionFrame): Tensor2D {
    return tidy(() => this.join(attend(this.heads(x, frame), frame.mask)));
  }

  /**
   * The same for tokens that follow others, whose keys and values were kept.
   * @param frame its rotary tables and mask are those of the new tokens, the mask [n,P+n]
   * @returns output float32 [B*n,D], and the cache with the new tokens added, owned by the caller
   */
  extend(x: Tensor2D, frame: AttentionFrame, before: KeyValues) {
    const [query, key, value] = this.heads(x, frame);
    const keys = before ? concat([before.keys, key], 2) : key; // [B,H,P+n,Dh]
    const values = before ? concat([before.values, value], 2) : value;
    return {
      output: this.join(attend([query, keys, values], frame.mask)),
      cache: { keys, values },
    };
  }

  /** Queries, keys and values. @param x float32 [B*L,D]      @returns float32 [B,H,L,Dh] each, owned by the caller */
  heads(
    x: Tensor2D,
    { batchSize, length, rotary }: Pick<AttentionFrame, 'batchSize' | 'length' | 'rotary'>,
  ): Heads {
    const [numHeads, headWidth] = [this.#numHeads, x.shape[1] / this.#numHeads];
    const shape = { batchSize, length, numHeads, headWidth };
    return tidy(() => splitHeads(product(x, this.#input), rotary, shape));
  }

  /** The output projection of the attended values: [B*L,D] -> [B*L,D]. */
  join(attended: Tensor2D): Tensor2D {
    return product(attended, this.#output);
  }

  variables(): Record<string, Variable> {
    return { 'input.weight': this.#input, 'output.weight': this.#output };
  }
}

// ---------------------------------------------------------------------------------------------------- feed-forward

const SEED_BOUND = 2 ** 31;

export interface FeedForwardSpec {
  readonly modelWidth: number;
  /** Width of a dense one. */
  readonly feedForwardWidth: number;
  readonly activation: Activation;
  /** Accept routers that say `causal: false`. */
  readonly allowNonCausal?: boolean;
}

/** The inputs of a feed-forward layer, apart from the tokens. */
export interface FeedForwardFrame {
  /** The plan of dense layers: every token to the one expert. */
  readonly everyToken: DispatchPlan;
  readonly context: RouteContext;
  /** Applied to each addition to the residual stream; nothing when absent. */
  readonly drop?: (x: Tensor2D) => Tensor2D;
}

/** The pre-norm feed-forward half of a transformer layer, dense or MoE: x + feedForward(norm(x)). */
export class FeedForwardBlock {
  readonly moe: MoELayer | undefined;
  readonly #dense: FeedForwardExperts | undefined;
  readonly #gain: Variable<Rank.R1>; // [D]

  /** @param layer index handed to the factory      @param moe builds the feed-forward part; a dense one when absent */
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

/** A matrix is a weight; a vector, or one row per expert of a stack ([E,F] next to [E,D,F]), is a bias. */
function numbered(prefix: string, variables: readonly Variable[] = []): Record<string, Variable> {
  const stacked = variables.some((v) => v.rank === 3);
  return Object.fromEntries(
    variables.map((v, i) => {
      const bias = v.rank < 2 || (stacked ? v.rank === 2 : v.shape[0] === 1);
      return [`${prefix}.${i}.${bias ? 'bias' : 'weight'}`, v];
    }),
  );
}

// ----------------------------------------------------------------------------------------------------------- layer

export type LayerConfig = FeedForwardSpec & { readonly numHeads: number };

/** One pre-norm transformer layer: x + attention(norm(x)), then x + feedForward(norm(x)). */
export class TransformerLayer {
  readonly moe: MoELayer | undefined;
  readonly #attention: SelfAttention;
  readonly #gain: Variable<Rank.R1>; // [D]
  readonly #feedForward: FeedForwardBlock;

  /** @param moe builds the feed-forward part; a dense one when absent */
  constructor(config: LayerConfig, layer: number, rng: Rng, moe: MoEFactory | undefined) {
    this.#feedForward = new FeedForwardBlock(config, { layer, rng }, moe);
    this.moe = this.#feedForward.moe;
    this.#attention = new SelfAttention(config, rng.fork('attention'));
    this.#gain = unitGain(config.modelWidth);
  }

  /** @param x float32 [B*L,D]      @returns float32 [B*L,D], with the routing of an MoE layer */
  apply(
    x: Tensor2D,
    attention: AttentionFrame,
    feedForward: FeedForwardFrame,
  ): { output: Tensor2D; routing?: Routing } {
    const { drop = (y) => y } = feedForward;
    const attended = this.#attention.apply(rmsNorm(x, this.#gain), attention);
    return this.#feedForward.apply(add<Tensor2D>(x, drop(attended)), feedForward);
  }

  /** The same for tokens that follow others: see SelfAttention. */
  extend(x: Tensor2D, attention: AttentionFrame, feedForward: FeedForwardFrame, before: KeyValues) {
    const { output, cache } = this.#attention.extend(rmsNorm(x, this.#gain), attention, before);
    return { ...this.#feedForward.apply(add<Tensor2D>(x, output), feedForward), cache };
  }

  /** Forward FLOPs of the dense feed-forward per token; 0 for an MoE layer. */
  denseFlopsPerRow(): number {
    return this.#feedForward.denseFlopsPerRow();
  }

  /** Names within the layer. */
  variables(): Record<string, Variable> {
    const attention = Object.entries(this.#attention.variables());
    return {
      'attention.norm.gain': this.#gain,
      ...Object.fromEntries(attention.map(([name, v]) => [`attention.${name}`, v])),
      ...this.#feedForward.variables(),
    };
  }

  dispose(): void {
    const own = Object.values(this.#attention.variables());
    for (const weight of [...own, this.#gain]) weight.dispose();
    this.#feedForward.dispose();
  }
}

// ----------------------------------------------------------------------------------------------------------- stack

export type StackConfig = LayerConfig &
  Pick<LanguageModelConfig, 'contextLength' | 'numLayers' | 'moeEvery' | 'positions'>;

/** A stack's input, apart from the vectors of the tokens. */
export interface StackInput {
  readonly batchSize: number;
  /** L, at most the context length. */
  readonly length: number;
  readonly options: ForwardOptions;
  /** See RouteContext. */
  readonly tokenIds?: Tensor1D;
  /** See RouteContext. */
  readonly tokenMask?: Tensor1D;
  /** See RouteContext. */
  readonly labels?: Tensor1D;
}

/** Tokens that follow `position` others in each sequence. */
export interface ExtendInput extends Omit<StackInput, 'options'> {
  /** P */
  readonly position: number;
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

  /**
   * Reads tokens that follow others, without capacity: a step is not a batch.
   * @param x float32 [B*n,D] of n tokens each      @param before one cache per layer; none before the first token
   * @returns float32 [B*n,D] after the norm, and the caches with the new tokens added, owned by the caller
   */
  extend(x: Tensor2D, input: ExtendInput, before: readonly KeyValues[] = []) {
    const { batchSize, length, position } = input;
    const { cosines, sines, quarterTurn } = this.#rotary;
    const rows = (table: Tensor2D) => slice(table, [position, 0], [length, -1]);
    const rotary = { cosines: rows(cosines), sines: rows(sines), quarterTurn };
    const mask = slice(this.#causalMask, [position, 0], [length, position + length]);
    const frame = { batchSize, length, mask, rotary };
    const everyToken = densePlan(x.shape[0]);
    const options = { training: false, dropFree: true, seed: position }; // noise of its own for each read
    let previous: Tensor2D | undefined;
    let hidden = x; // [B*n,D]
    const caches = this.#layers.map((layer, i) => {
      const context = routeContext({ ...input, options }, i, previous);
      const read = layer.extend(hidden, frame, { everyToken, context }, before[i]);
      previous = read.routing?.logits ?? previous;
      hidden = read.output;
      return read.cache;
    });
    return { hidden: rmsNorm(hidden, this.#gain), caches };
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
  { batchSize, length, options, tokenIds, tokenMask, labels }: StackInput,
  layer: number,
  previousLogits: Tensor2D | undefined,
): RouteContext {
  const { training, dropFree = false, seed = 0 } = options;
  const rng = createRng(seed).fork(`layers.${layer}.router`);
  const known = {
    ...(tokenIds && { tokenIds }),
    ...(tokenMask && { tokenMask }),
    ...(labels && { labels }),
    ...(previousLogits && { previousLogits }),
  };
  const sequences = { batch: batchSize, length };
  return { training, dropFree, rng, sequences, ...known };
}
