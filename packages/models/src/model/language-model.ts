import type { MoELayer, RouteContext, Routing } from '@moekit/core';
import { createRng } from '@moekit/core';
import type { DispatchPlan } from '@moekit/kernels';
import { densePlan, registerKernels } from '@moekit/kernels';
import type { Rank, Tensor1D, Tensor2D, Variable } from '@tensorflow/tfjs-core';
import { add, matMul, reshape, slice, tensor2d, tidy } from '@tensorflow/tfjs-core';

import type {
  Flops,
  ForwardOptions,
  ForwardResult,
  LanguageModel,
  LanguageModelConfig,
  MoEFactory,
} from '../contract.js';
import { fail } from '../errors.js';
import type { AttentionFrame } from './attention.js';
import { parseModelConfig } from './config.js';
import { embed } from './embedding.js';
import { countFlops } from './flops.js';
import { TransformerLayer } from './layer.js';
import { drawWeight, unitGain } from './parameter.js';
import { rmsNorm } from './rms-norm.js';
import type { RotaryTables } from './rotary.js';
import { rotaryTables } from './rotary.js';

/** Small, so that the tied output projection starts near uniform probabilities. */
const EMBEDDING_STD = 0.02;

/** Added to scores of later keys: exp of it is 0, and unlike -Infinity it never makes a NaN. */
const MASKED = -1e9;

/**
 * A causal transformer language model: pre-norm layers, tied embeddings, MoE feed-forward in every `moeEvery`-th layer.
 * Weights outside the MoE layers depend on `config.seed` alone, never on the router.
 * @param moe builds each MoE feed-forward; without it every layer is dense (one expert, the same kernels)
 * @throws MOE_OPTIONS, MODELS_CONFIG, MOE_NOT_CAUSAL, and whatever the factory throws
 */
export function createLanguageModel(config: LanguageModelConfig, moe?: MoEFactory): LanguageModel {
  const parsed = parseModelConfig(config);
  registerKernels();
  return new TransformerModel(parsed, moe);
}

class TransformerModel implements LanguageModel {
  readonly config: LanguageModelConfig;
  readonly moeLayers: readonly MoELayer[];
  readonly #layers: readonly TransformerLayer[];
  readonly #embedding: Variable<Rank.R2>; // [V,D], also the output projection
  readonly #positions: Variable<Rank.R2> | undefined; // [L,D]
  readonly #gain: Variable<Rank.R1>; // [D]
  readonly #causalMask: Tensor2D; // [L,L]
  readonly #rotary: RotaryTables;
  #everyToken: DispatchPlan = densePlan(1);

  constructor(config: LanguageModelConfig, moe: MoEFactory | undefined) {
    const { vocabSize, contextLength, modelWidth: d, numLayers, numHeads, moeEvery } = config;
    const rng = createRng(config.seed);
    const learned = config.positions === 'learned';
    this.config = config;
    this.#layers = Array.from({ length: numLayers }, (_, i) => {
      const factory = (i + 1) % moeEvery === 0 ? moe : undefined;
      return new TransformerLayer(config, i, rng.fork(`layers.${i}`), factory);
    });
    this.moeLayers = this.#layers.flatMap((layer) => layer.moe ?? []);
    this.#embedding = drawWeight<Rank.R2>(rng, 'embedding', [vocabSize, d], EMBEDDING_STD);
    this.#positions = learned
      ? drawWeight<Rank.R2>(rng, 'positions', [contextLength, d], EMBEDDING_STD)
      : undefined;
    this.#gain = unitGain(d);
    this.#causalMask = causalMask(contextLength);
    this.#rotary = rotaryTables(contextLength, d / numHeads, learned ? 0 : 1);
  }

  forward(tokens: Tensor2D, options: ForwardOptions): ForwardResult {
    this.#assertTokens(tokens);
    if (this.#everyToken.numTokens !== tokens.size) this.#everyToken = densePlan(tokens.size);
    // tidy's type wants an index signature, which an interface does not have
    return tidy(() => this.#compute(tokens, options) as never);
  }

  flopsPerToken(expertsPerToken: readonly number[]): Flops {
    const { config, moeLayers } = this;
    const denseFlopsPerRow = this.#layers.map((layer) => layer.denseFlopsPerRow());
    return countFlops({ config, moeLayers, denseFlopsPerRow }, expertsPerToken);
  }

  namedVariables(): ReadonlyMap<string, Variable> {
    return new Map<string, Variable>([
      ['embedding.weight', this.#embedding],
      ...(this.#positions ? [['positions.weight', this.#positions] as const] : []),
      ...this.#layers.flatMap((layer, i) =>
        Object.entries(layer.variables()).map(([name, v]) => [`layers.${i}.${name}`, v] as const),
      ),
      ['norm.gain', this.#gain],
    ]);
  }

  parameterCount(): number {
    return [...this.namedVariables().values()].reduce((sum, { size }) => sum + size, 0);
  }

  dispose(): void {
    for (const layer of this.#layers) layer.dispose();
    const { cosines, sines, quarterTurn } = this.#rotary;
    const own = [this.#embedding, this.#positions, this.#gain, this.#causalMask];
    for (const tensor of [...own, cosines, sines, quarterTurn]) tensor?.dispose();
  }

  #compute(tokens: Tensor2D, options: ForwardOptions): ForwardResult {
    const [batchSize, length] = tokens.shape;
    const ids = reshape<Rank.R1>(tokens, [-1]);
    const causalMask = slice(this.#causalMask, [0, 0], [length, length]);
    const frame = { batchSize, length, causalMask, rotary: this.#rotary };
    const routings: Routing[] = [];
    let x = this.#embed(ids, frame); // [B*L,D]
    this.#layers.forEach((layer, i) => {
      const context = routeContext(options, i, ids);
      const previousLogits = routings.at(-1)?.logits;
      const { output, routing } = layer.apply(x, frame, {
        everyToken: this.#everyToken,
        context: previousLogits ? { ...context, previousLogits } : context,
      });
      if (routing) routings.push(routing);
      x = output;
    });
    const logits = matMul<Tensor2D>(rmsNorm(x, this.#gain), this.#embedding, false, true); // [B*L,V]
    return { logits, routings, losses: routings.flatMap(({ losses }) => losses) };
  }

  #embed(ids: Tensor1D, { batchSize, length }: AttentionFrame): Tensor2D {
    const x = embed(this.#embedding, ids); // [B*L,D]
    if (!this.#positions) return x;
    const positions = slice(this.#positions, [0, 0], [length, -1]); // [L,D]
    const placed = add(reshape(x, [batchSize, length, -1]), positions); // [B,L,D]
    return reshape(placed, x.shape);
  }

  #assertTokens(tokens: Tensor2D): void {
    const { contextLength } = this.config;
    if (tokens.rank === 2 && tokens.dtype === 'int32' && tokens.shape[1] <= contextLength) return;
    throw fail('MODELS_TOKENS', {
      asked: `Tokens must be int32 [batch, at most ${contextLength}]`,
      got: `${tokens.dtype} [${(tokens.shape as number[]).join(', ')}]`,
      fix: 'Cut longer texts into windows of the context length.',
    });
  }
}

/** Noise differs by pass and layer, and is the same whatever else the pass computes. */
function routeContext(
  { training, dropFree = false, seed = 0 }: ForwardOptions,
  layer: number,
  tokenIds: Tensor1D,
): RouteContext {
  const rng = createRng(seed).fork(`layers.${layer}.router`);
  return { training, dropFree, rng, tokenIds };
}

/** [L,L]: 0 where the key is not later than the query. */
function causalMask(length: number): Tensor2D {
  const values = new Float32Array(length * length);
  for (let query = 0; query < length; query++) {
    values.fill(MASKED, query * length + query + 1, (query + 1) * length);
  }
  return tensor2d(values, [length, length]);
}
