import type { Activation } from '@moekit/core';
import type { Tensor2D } from '@tensorflow/tfjs-core';

import type { Flops, ForwardOptions, ForwardResult, TrainableModel } from '../../contract.js';
import type { TaskPass } from '../../task.js';

export interface TranslationModelConfig {
  /** Of both languages together: one matrix embeds source and target and makes the logits. */
  readonly vocabSize: number;
  /** D */
  readonly modelWidth: number;
  readonly encoderLayers: number;
  readonly decoderLayers: number;
  readonly numHeads: number;
  /** Width of the dense feed-forward layers. */
  readonly feedForwardWidth: number;
  /** An MoE feed-forward in every n-th encoder layer (layers n, 2n, ... counted from 1). */
  readonly moeEvery: number;
  /** The same in the decoder; its routers must be causal. Default false, as in XMoE. */
  readonly decoderMoE?: boolean;
  /** Longest source and target, in tokens with the end marked. */
  readonly maxLength: number;
  readonly activation: Activation;
  /** Share of elements that training sets to 0 after the embedding and in what each layer adds. Default 0. */
  readonly dropout?: number;
  readonly seed: number;
}

/** Sentences of about one length. Plain numbers; nothing to dispose. */
export interface SourceBatch {
  /** B */
  readonly size: number;
  /** [B*Ls] ids, each sentence padded with 0 to the longest. */
  readonly source: Int32Array;
  /** [B] tokens of each sentence. */
  readonly sourceLengths: readonly number[];
}

/** Pairs of sentences of about one length. */
export interface PairBatch extends SourceBatch {
  /** [B*Lt] what the decoder reads: the start, then the translation, then padding. */
  readonly target: Int32Array;
  /** [B] tokens the decoder reads of each. */
  readonly targetLengths: readonly number[];
  /** [sum of targetLengths] what it has to say: the translation, then its end; no padding. */
  readonly labels: Int32Array;
}

/** Logits of the real target positions alone, sentence by sentence; with what a TaskPass says of the routing. */
export interface TranslationResult extends ForwardResult {
  readonly tokenMasks: NonNullable<TaskPass['tokenMasks']>;
}

/** Forward FLOPs of a batch, its two halves apart. The output projection is the decoder's. */
export interface TranslationFlops {
  readonly encoder: Flops;
  readonly decoder: Flops;
}

/** Translations of a batch as they grow, with the keys and values of all tokens so far. */
export interface DecodingSession {
  /**
   * Reads one token more of each translation.
   * @param tokens [B*K] ids, K translations of each sentence side by side
   * @param parents [B*K] which row each of them continues; themselves when absent
   * @returns float32 [B*K,V] logits of the token to come, owned by the caller
   */
  next(tokens: Int32Array, parents?: Int32Array): Tensor2D;
  dispose(): void;
}

export interface TranslationModel extends TrainableModel {
  readonly config: TranslationModelConfig;
  /**
   * @returns logits float32 [number of labels, V]; tensors owned by the caller: call it inside a tidy or gradient function
   * @throws MODELS_TOKENS, and whatever the routers throw
   */
  forward(batch: PairBatch, options: ForwardOptions): TranslationResult;
  /**
   * Encodes once, for decoding token by token. MoE layers of the decoder run without capacity: a step is not a batch.
   * @param options of the encoder's routers      The caller disposes the session.
   */
  startDecoding(batch: SourceBatch, options: Pick<ForwardOptions, 'dropFree'>): DecodingSession;
  /** @param pairs real (token, expert) pairs computed in each MoE layer, encoder first */
  flops(batch: PairBatch, pairs: readonly number[]): TranslationFlops;
}
