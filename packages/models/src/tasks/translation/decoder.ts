import type { Routing, Rng } from '@moekit/core';
import { rmsNorm } from '@moekit/kernels/nn';
import type { Rank, Tensor2D, Variable } from '@tensorflow/tfjs-core';
import { slice, tensor1d } from '@tensorflow/tfjs-core';

import type { ForwardOptions, MoEFactory } from '../../contract.js';
import { unitGain } from '../../transformer/parameter.js';
import { causalMask } from '../../transformer/transformer.js';
import type { PairBatch, TranslationModelConfig } from './contract.js';
import { DecoderLayer } from './decoder-layer.js';
import type { Encoded, SharedParts } from './encoder.js';
import { withPrevious } from './encoder.js';
import { passDropout, routeContexts, tokenMask } from './frames.js';

/** The stack of decoder layers: each token sees the encoder's output and the tokens before it. */
export class Decoder {
  readonly layers: readonly DecoderLayer[];
  readonly #gain: Variable<Rank.R1>; // [D]
  readonly #causalMask: Tensor2D; // [L,L]
  readonly #dropout: number;
  readonly #firstLayer: number;

  constructor(config: Required<TranslationModelConfig>, rng: Rng, moe: MoEFactory | undefined) {
    const { encoderLayers, decoderLayers, decoderMoE, moeEvery } = config;
    this.layers = Array.from({ length: decoderLayers }, (_, i) => {
      const factory = decoderMoE && (i + 1) % moeEvery === 0 ? moe : undefined;
      const place = { layer: encoderLayers + i, rng: rng.fork(`decoder.${i}`) };
      return new DecoderLayer(config, place, factory);
    });
    this.#gain = unitGain(config.modelWidth);
    this.#causalMask = causalMask(config.maxLength);
    this.#dropout = config.dropout;
    this.#firstLayer = encoderLayers;
  }

  /** @returns output float32 [B*Lt,D], normalised; tensors owned by the caller: call it inside a tidy */
  decode(batch: PairBatch, encoded: Encoded, { shared, options }: DecodeParts) {
    const { size: batchSize, targetLengths } = batch;
    const length = batch.target.length / batchSize;
    const ids = tensor1d(batch.target, 'int32');
    const padding = tokenMask(targetLengths, length);
    const mask = slice(this.#causalMask, [0, 0], [length, length]);
    const drop = passDropout(this.#dropout, options, 'decoder');
    const sequences = { batch: batchSize, length };
    const context = routeContexts(options, { ids, mask: padding, sequences });
    const self = { batchSize, length, mask, rotary: shared.rotary };
    const everyToken = shared.everyToken(ids.size);
    const routings: Routing[] = [];
    let x = drop(shared.embed(ids)); // [B*Lt,D]
    this.layers.forEach((layer, i) => {
      const memory = layer.memory(encoded.output, batchSize);
      const { output, routing } = layer.apply(
        x,
        { self, cross: { memory, mask: encoded.mask } },
        { everyToken, drop, context: withPrevious(context(this.#firstLayer + i), routings) },
      );
      if (routing) routings.push(routing);
      x = output;
    });
    return { output: this.normalise(x), tokenMask: padding, routings };
  }

  /** The last norm. */
  normalise(x: Tensor2D): Tensor2D {
    return rmsNorm(x, this.#gain);
  }

  namedVariables(): (readonly [string, Variable])[] {
    const layers = this.layers.flatMap((layer, i) =>
      Object.entries(layer.variables()).map(([name, v]) => [`decoder.${i}.${name}`, v] as const),
    );
    return [...layers, ['decoder.norm.gain', this.#gain]];
  }

  dispose(): void {
    for (const layer of this.layers) layer.dispose();
    this.#gain.dispose();
    this.#causalMask.dispose();
  }
}

interface DecodeParts {
  readonly shared: SharedParts;
  readonly options: ForwardOptions;
}
