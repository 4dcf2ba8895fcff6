import { describeValue, isLiveTensor } from '@moekit/kernels';
import type { MoELayer } from '@moekit/core';
import { createRng, parseOptions, assertKinds } from '@moekit/core';
import { product, registerTrainingKernels } from '@moekit/kernels/nn';
import type { Rank, Tensor1D, Tensor2D, Variable } from '@tensorflow/tfjs-core';
import { add, reshape, slice, tidy } from '@tensorflow/tfjs-core';
import { z } from 'zod';

import type {
  Flops,
  ForwardOptions,
  ForwardResult,
  LanguageModel,
  LanguageModelConfig,
  MoEFactory,
  ReadingSession,
} from '../contract.js';
import { fail } from '../errors.js';
import { embedTokens } from './embed-tokens.js';
import { addRest } from './flops.js';
import { drawWeight } from './parameter.js';
import { assertHeads, longestContext, sizesShape } from './sizes.js';
import { createReadingSession } from './reading-session.js';
import type { ExtendInput, KeyValues } from './transformer.js';
import { CausalStack } from './transformer.js';

const size = z.int().min(1);

const schema = z.strictObject({
  vocabSize: z.int().min(2),
  ...sizesShape,
  contextLength: longestContext,
  numLayers: size,
  positions: z.enum(['rotary', 'learned']),
  seed: z.int(),
  allowNonCausal: z.boolean().optional(),
});

/** @throws MOE_OPTIONS for a value out of range, MODELS_CONFIG for sizes that do not fit together */
export function parseModelConfig(config: LanguageModelConfig): LanguageModelConfig {
  const parsed = parseOptions(schema, config, 'the language model') as LanguageModelConfig;
  assertHeads(parsed);
  return parsed;
}

const FACTORY =
  'Pass a function that makes the layer: ({ modelWidth, seed }) => new MoELayer({ router, experts }).';

/** Small, so that the tied output projection starts near uniform probabilities. */
const EMBEDDING_STD = 0.02;

/**
 * A causal transformer language model: pre-norm layers, tied embeddings, MoE feed-forward in every `moeEvery`-th layer.
 * Weights outside the MoE layers depend on `config.seed` alone, never on the router.
 * @param moe builds each MoE feed-forward; without it every layer is dense (one expert, the same kernels)
 * @throws MOE_OPTIONS, MODELS_CONFIG, MOE_NOT_CAUSAL, and whatever the factory throws
 */
export function createLanguageModel(config: LanguageModelConfig, moe?: MoEFactory): LanguageModel {
  const parsed = parseModelConfig(config);
  if (moe !== undefined) assertKinds('createLanguageModel', { moe }, { moe: 'function' }, FACTORY);
  registerTrainingKernels();
  return new TransformerModel(parsed, moe);
}

class TransformerModel implements LanguageModel {
  readonly config: LanguageModelConfig;
  readonly moeLayers: readonly MoELayer[];
  readonly #stack: CausalStack;
  readonly #embedding: Variable<Rank.R2>; // [V,D], also the output projection
  readonly #positions: Variable<Rank.R2> | undefined; // [L,D]

  constructor(config: LanguageModelConfig, moe: MoEFactory | undefined) {
    const { vocabSize, contextLength, modelWidth: d } = config;
    const rng = createRng(config.seed);
    this.config = config;
    this.#stack = new CausalStack(config, rng, moe);
    this.moeLayers = this.#stack.moeLayers;
    this.#embedding = drawWeight<Rank.R2>(rng, 'embedding', [vocabSize, d], EMBEDDING_STD);
    this.#positions =
      config.positions === 'learned'
        ? drawWeight<Rank.R2>(rng, 'positions', [contextLength, d], EMBEDDING_STD)
        : undefined;
  }

  forward(tokens: Tensor2D, options: ForwardOptions): ForwardResult {
    this.#assertTokens(tokens);
    // tidy's type wants an index signature, which an interface does not have
    return tidy(() => this.#compute(tokens, options) as never);
  }

  startReading(batchSize: number): ReadingSession {
    return createReadingSession(batchSize, this.config.contextLength, (tokens, position, before) =>
      this.#extend(tokens, position, before),
    );
  }

  flopsPerToken(expertsPerToken: readonly number[]): Flops {
    const { vocabSize, modelWidth } = this.config;
    return addRest(this.#stack.flopsPerToken(expertsPerToken), 2 * modelWidth * vocabSize);
  }

  namedVariables(): ReadonlyMap<string, Variable> {
    return new Map<string, Variable>([
      ['embedding.weight', this.#embedding],
      ...(this.#positions ? [['positions.weight', this.#positions] as const] : []),
      ...this.#stack.namedVariables(),
    ]);
  }

  parameterCount(): number {
    return [...this.namedVariables().values()].reduce((sum, { size }) => sum + size, 0);
  }

  dispose(): void {
    this.#stack.dispose();
    for (const own of [this.#embedding, this.#positions]) own?.dispose();
  }

  #compute(tokens: Tensor2D, options: ForwardOptions): ForwardResult {
    const [batchSize, length] = tokens.shape;
    const tokenIds = reshape<Rank.R1>(tokens, [-1]);
    const x = this.#embed(tokenIds, { batchSize, length, position: 0 }); // [B*L,D]
    const { labels } = options;
    const input = { batchSize, length, options, tokenIds, ...(labels && { labels }) };
    const { hidden, routings } = this.#stack.apply(x, input);
    const logits = product<Tensor2D>(hidden, this.#embedding, { transposeB: true }); // [B*L,V]
    return { logits, routings, losses: routings.flatMap(({ losses }) => losses) };
  }

  /** Logits of the token after the last of `tokens`, [B,n] from `position` on. */
  #extend(tokens: Tensor2D, position: number, before: readonly KeyValues[]) {
    const [batchSize, length] = tokens.shape;
    const tokenIds = reshape<Rank.R1>(tokens, [-1]);
    const place = { batchSize, length, position };
    const x = this.#embed(tokenIds, place); // [B*n,D]
    const { hidden, caches } = this.#stack.extend(x, { ...place, tokenIds }, before);
    const byToken = reshape<Rank.R3>(hidden, [batchSize, length, -1]);
    const last = reshape<Rank.R2>(slice(byToken, [0, length - 1, 0], [-1, 1, -1]), [batchSize, -1]);
    return { logits: product<Tensor2D>(last, this.#embedding, { transposeB: true }), caches };
  }

  #embed(ids: Tensor1D, place: Pick<ExtendInput, 'batchSize' | 'length' | 'position'>): Tensor2D {
    const { batchSize, length, position } = place;
    const x = embedTokens(this.#embedding, ids); // [B*L,D]
    if (!this.#positions) return x;
    const positions = slice(this.#positions, [position, 0], [length, -1]); // [L,D]
    const placed = add(reshape(x, [batchSize, length, -1]), positions); // [B,L,D]
    return reshape(placed, x.shape);
  }

  #assertTokens(tokens: Tensor2D): void {
    const { contextLength } = this.config;
    const live = isLiveTensor(tokens);
    if (live && tokens.rank === 2 && tokens.dtype === 'int32' && tokens.shape[1] <= contextLength)
      return;
    throw fail('MODELS_TOKENS', {
      asked: `Tokens must be int32 [batch, at most ${contextLength}]`,
      got: describeValue(tokens),
      fix: live
        ? 'Cut longer texts into windows of the context length.'
        : "Pass a tensor: tensor2d(ids, [1, ids.length], 'int32').",
    });
  }
}
