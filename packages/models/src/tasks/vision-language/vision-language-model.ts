import type { MoELayer, RouterLoss, Routing } from '@moekit/core';
import { createRng } from '@moekit/core';
import { registerTrainingKernels } from '@moekit/kernels/nn';
import type { Rank, Tensor1D, Tensor2D, Tensor3D, Variable } from '@tensorflow/tfjs-core';
import {
  add,
  concat,
  expandDims,
  matMul,
  mul,
  reshape,
  tidy,
  variable,
  zeros,
} from '@tensorflow/tfjs-core';

import type {
  Flops,
  ForwardOptions,
  LanguageModelConfig,
  MoEFactory,
  TrainableModel,
} from '../../contract.js';
import { scaleFlops } from '../../training/add-flops.js';
import { embedTokens } from '../../transformer/embed-tokens.js';
import { addRest } from '../../transformer/flops.js';
import { parseModelConfig } from '../../transformer/language-model.js';
import { drawWeight } from '../../transformer/parameter.js';
import { CausalStack } from '../../transformer/transformer.js';

/** As in the language model: small, so that the tied output projection starts near uniform probabilities. */
const EMBEDDING_STD = 0.02;

export interface VisionLanguageConfig extends Omit<
  LanguageModelConfig,
  'contextLength' | 'positions'
> {
  /** Patches in a column and in a row of the picture. */
  readonly rows: number;
  readonly columns: number;
  /** Pixels of a patch. */
  readonly patchPixels: number;
  /** Text tokens of a sequence. */
  readonly textLength: number;
}

export interface VisionLanguageInput {
  /** float32 [B*P, patchPixels] */
  readonly patches: Tensor2D;
  /** int32 [B, textLength], all below vocabSize */
  readonly tokens: Tensor2D;
  /** float32 [B*L] 0 for padding, 1 for the others */
  readonly tokenMask: Tensor1D;
  /** int32 [N] rows of the sequences [B*L] whose next token is asked for */
  readonly targetRows: Tensor1D;
  /** int32 [B*L] See RouteContext. */
  readonly labels?: Tensor1D;
}

export interface VisionLanguageModel extends TrainableModel {
  readonly config: VisionLanguageConfig;
  /**
   * @returns logits float32 [N,V] of the tokens after the rows asked for; tensors owned by the caller: call it inside a
   *   tidy or a gradient function
   * @throws whatever the routers throw
   */
  forward(
    input: VisionLanguageInput,
    options: ForwardOptions,
  ): { logits: Tensor2D; routings: readonly Routing[]; losses: readonly RouterLoss[] };
  /**
   * Forward FLOPs of a batch: padding passes attention, dense layers and routers, and is counted there.
   * @param pairs real (token, expert) pairs computed in each MoE layer
   */
  flops(
    batch: { readonly size: number; readonly targets: number },
    pairs: readonly number[],
  ): Flops;
}

/**
 * A causal transformer over pictures and text: patches first (a linear map of their pixels, and learned vectors of their
 * row and column), then words, in one sequence with rotary positions.
 * Nothing tells a router which token is of which kind: it gets no ids, only the hidden states. Labels are for metrics
 * and for reference routers.
 * Weights outside the MoE layers depend on `config.seed` alone.
 * @param moe builds each MoE feed-forward; without it every layer is dense
 * @throws MOE_OPTIONS, MODELS_CONFIG, MOE_NOT_CAUSAL, and whatever the factory throws
 */
export function createVisionLanguageModel(
  config: VisionLanguageConfig,
  moe?: MoEFactory,
): VisionLanguageModel {
  registerTrainingKernels();
  return new PatchTransformer(config, moe);
}

class PatchTransformer implements VisionLanguageModel {
  readonly config: VisionLanguageConfig;
  readonly moeLayers: readonly MoELayer[];
  readonly #length: number;
  readonly #stack: CausalStack;
  readonly #pixels: Variable<Rank.R2>; // [patchPixels,D]
  readonly #patchBias: Variable<Rank.R1>; // [D]
  readonly #rows: Variable<Rank.R2>; // [rows,D]
  readonly #columns: Variable<Rank.R2>; // [columns,D]
  readonly #embedding: Variable<Rank.R2>; // [V,D], also the output projection

  constructor(config: VisionLanguageConfig, moe: MoEFactory | undefined) {
    const { rows, columns, patchPixels, textLength, ...rest } = config;
    this.#length = rows * columns + textLength;
    const stack = parseModelConfig({ ...rest, contextLength: this.#length, positions: 'rotary' });
    const { modelWidth: d, vocabSize, seed } = stack;
    const rng = createRng(seed);
    const draw = (label: string, height: number, std = EMBEDDING_STD) =>
      drawWeight<Rank.R2>(rng, label, [height, d], std);
    this.config = config;
    this.#stack = new CausalStack(stack, rng, moe);
    this.moeLayers = this.#stack.moeLayers;
    this.#pixels = draw('pixels', patchPixels, 1 / Math.sqrt(patchPixels));
    this.#patchBias = tidy(() => variable(zeros<Rank.R1>([d])));
    this.#rows = draw('rows', rows);
    this.#columns = draw('columns', columns);
    this.#embedding = draw('embedding', vocabSize);
  }

  forward(input: VisionLanguageInput, options: ForwardOptions) {
    // tidy's type wants an index signature, which an interface does not have
    return tidy(() => this.#compute(input, options) as never);
  }

  flops(batch: { size: number; targets: number }, pairs: readonly number[]): Flops {
    const { rows, columns, patchPixels, modelWidth, vocabSize } = this.config;
    const tokens = batch.size * this.#length;
    const perToken = this.#stack.flopsPerToken(pairs.map((n) => n / tokens));
    const input = 2 * batch.size * rows * columns * patchPixels * modelWidth;
    const output = 2 * batch.targets * modelWidth * vocabSize;
    return addRest(scaleFlops(perToken, tokens), input + output);
  }

  namedVariables(): ReadonlyMap<string, Variable> {
    return new Map<string, Variable>([
      ['pixels.weight', this.#pixels],
      ['pixels.bias', this.#patchBias],
      ['rows.weight', this.#rows],
      ['columns.weight', this.#columns],
      ['embedding.weight', this.#embedding],
      ...this.#stack.namedVariables(),
    ]);
  }

  parameterCount(): number {
    return [...this.namedVariables().values()].reduce((sum, { size }) => sum + size, 0);
  }

  dispose(): void {
    this.#stack.dispose();
    const own = [this.#pixels, this.#patchBias, this.#rows, this.#columns, this.#embedding];
    for (const weight of own) weight.dispose();
  }

  #compute(input: VisionLanguageInput, options: ForwardOptions) {
    const { tokens, tokenMask, targetRows, labels } = input;
    const [batchSize, length] = [tokens.shape[0], this.#length];
    const x = this.#embed(input); // [B*L,D]
    const labelled = labels && { labels };
    const passed = this.#stack.apply(x, { batchSize, length, options, tokenMask, ...labelled });
    const asked = embedTokens(passed.hidden, targetRows); // [N,D]
    const logits = matMul<Tensor2D>(asked, this.#embedding, false, true); // [N,V]
    const { routings } = passed;
    return { logits, routings, losses: routings.flatMap(({ losses }) => losses) };
  }

  #embed({ patches, tokens }: VisionLanguageInput): Tensor2D {
    const [batchSize, textLength] = tokens.shape;
    const { rows, columns, modelWidth: d } = this.config;
    const scale = Math.sqrt(d); // else what attention adds drowns words and places (Vaswani 2017, 3.4)
    const places = mul(add(expandDims(this.#rows, 1), this.#columns), scale); // [rows,columns,D]
    const seen = add(matMul(patches, this.#pixels), this.#patchBias); // [B*P,D]
    const picture = add<Tensor3D>(
      reshape(seen, [batchSize, rows * columns, d]),
      reshape(places, [rows * columns, d]),
    ); // [B,P,D]
    const words = mul(embedTokens(this.#embedding, reshape<Rank.R1>(tokens, [-1])), scale); // [B*textLength,D]
    const text = reshape<Rank.R3>(words, [batchSize, textLength, d]);
    return reshape(concat([picture, text], 1), [-1, d]); // [B*L,D]
  }
}
