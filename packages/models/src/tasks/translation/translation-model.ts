import type { MoELayer } from '@moekit/core';
import { createRng } from '@moekit/core';
import { densePlan } from '@moekit/kernels';
import type { RotaryTables } from '@moekit/kernels/nn';
import { registerTrainingKernels, rotaryTables } from '@moekit/kernels/nn';
import type { Rank, Tensor1D, Tensor2D, Variable } from '@tensorflow/tfjs-core';
import { matMul, mul, tensor1d, tidy } from '@tensorflow/tfjs-core';

import type { ForwardOptions, MoEFactory } from '../../contract.js';
import { fail } from '../../errors.js';
import { embedTokens } from '../../transformer/embed-tokens.js';
import { drawWeight } from '../../transformer/parameter.js';
import { parseTranslationConfig } from './config.js';
import type {
  DecodingSession,
  PairBatch,
  SourceBatch,
  TranslationFlops,
  TranslationModel,
  TranslationModelConfig,
  TranslationResult,
} from './contract.js';
import { Decoder } from './decoder.js';
import { createSession } from './decoding-session.js';
import type { SharedParts } from './encoder.js';
import { Encoder } from './encoder.js';
import { countTranslationFlops } from './flops.js';
import { realRows } from './frames.js';

/**
 * An encoder-decoder transformer (Vaswani 2017) with MoE feed-forward in every `moeEvery`-th encoder layer, as XMoE has
 * it. Unlike XMoE's fairseq model its layers are pre-norm: they train without the long warm-up that post-norm layers
 * need (Xiong 2020, 2002.04745), which is most of a run as short as one on two cores. They are also the layers of the
 * language model, so that both tasks compare the same thing. Positions are rotary, for the same reasons.
 * Weights outside the MoE layers depend on `config.seed` alone, never on the router.
 * @param moe builds each MoE feed-forward; without it every layer is dense
 * @throws MOE_OPTIONS, MODELS_CONFIG, MOE_NOT_CAUSAL (decoder), and whatever the factory throws
 */
export function createTranslationModel(
  config: TranslationModelConfig,
  moe?: MoEFactory,
): TranslationModel {
  const parsed = parseTranslationConfig(config);
  registerTrainingKernels();
  return new EncoderDecoder(parsed, moe);
}

class EncoderDecoder implements TranslationModel {
  readonly config: Required<TranslationModelConfig>;
  readonly moeLayers: readonly MoELayer[];
  readonly #encoder: Encoder;
  readonly #decoder: Decoder;
  readonly #embedding: Variable<Rank.R2>; // [V,D], of source and target, also the output projection
  readonly #rotary: RotaryTables;

  constructor(config: Required<TranslationModelConfig>, moe: MoEFactory | undefined) {
    const { vocabSize, modelWidth: d, numHeads, maxLength } = config;
    const rng = createRng(config.seed);
    this.config = config;
    this.#encoder = new Encoder(config, rng, moe);
    this.#decoder = new Decoder(config, rng, moe);
    const layers = [...this.#encoder.layers, ...this.#decoder.layers];
    this.moeLayers = layers.flatMap((layer) => layer.moe ?? []);
    // scaled up by sqrt(D) where it embeds: unit rows in, unit logits out (Vaswani 2017, section 3.4)
    this.#embedding = drawWeight<Rank.R2>(rng, 'embedding', [vocabSize, d], 1 / Math.sqrt(d));
    this.#rotary = rotaryTables(maxLength, d / numHeads);
  }

  forward(batch: PairBatch, options: ForwardOptions): TranslationResult {
    this.#assertLengths(batch.source, batch.size);
    this.#assertLengths(batch.target, batch.size);
    return tidy(() => this.#compute(batch, options) as never);
  }

  startDecoding(batch: SourceBatch, options: Pick<ForwardOptions, 'dropFree'>): DecodingSession {
    this.#assertLengths(batch.source, batch.size);
    const [decoder, shared, project] = [this.#decoder, this.#shared(), this.#project];
    let session: DecodingSession;
    tidy(() => {
      const encoded = this.#encoder.encode(batch, shared, { ...options, training: false });
      session = createSession({ decoder, shared, encoded, batchSize: batch.size, project });
    });
    return session!;
  }

  flops(batch: PairBatch, pairs: readonly number[]): TranslationFlops {
    const [encoder, decoder] = [this.#encoder.layers, this.#decoder.layers];
    return countTranslationFlops({ config: this.config, encoder, decoder }, batch, pairs);
  }

  namedVariables(): ReadonlyMap<string, Variable> {
    return new Map<string, Variable>([
      ['embedding.weight', this.#embedding],
      ...this.#encoder.namedVariables(),
      ...this.#decoder.namedVariables(),
    ]);
  }

  parameterCount(): number {
    return [...this.namedVariables().values()].reduce((sum, { size }) => sum + size, 0);
  }

  dispose(): void {
    this.#encoder.dispose();
    this.#decoder.dispose();
    const { cosines, sines, quarterTurn } = this.#rotary;
    for (const tensor of [this.#embedding, cosines, sines, quarterTurn]) tensor.dispose();
  }

  #compute(batch: PairBatch, options: ForwardOptions): TranslationResult {
    const shared = this.#shared();
    const encoded = this.#encoder.encode(batch, shared, options);
    const decoded = this.#decoder.decode(batch, encoded, { shared, options });
    const rows = realRows(batch.targetLengths, batch.target.length / batch.size);
    // no logits for padding: the projection is a third of a small model's products
    const real = decoded.tokenMask
      ? embedTokens(decoded.output, tensor1d(rows, 'int32'))
      : decoded.output;
    const routings = [...encoded.routings, ...decoded.routings];
    return {
      logits: this.#project(real),
      routings,
      tokenMasks: [
        ...encoded.routings.map(() => encoded.tokenMask),
        ...decoded.routings.map(() => decoded.tokenMask),
      ],
      losses: routings.flatMap(({ losses }) => losses),
    };
  }

  readonly #project = (x: Tensor2D): Tensor2D => matMul(x, this.#embedding, false, true); // [T,V]

  #shared(): SharedParts {
    const scale = Math.sqrt(this.config.modelWidth);
    return {
      rotary: this.#rotary,
      embed: (ids: Tensor1D) => mul<Tensor2D>(embedTokens(this.#embedding, ids), scale),
      everyToken: densePlan,
    };
  }

  #assertLengths(ids: Int32Array, size: number): void {
    const [{ maxLength }, length] = [this.config, ids.length / size];
    if (Number.isInteger(length) && length >= 1 && length <= maxLength) return;
    throw fail('MODELS_TOKENS', {
      asked: `A batch of ${size} must have from 1 to maxLength = ${maxLength} tokens per sentence`,
      got: String(length),
      fix: 'Cut longer sentences, or raise maxLength.',
    });
  }
}
