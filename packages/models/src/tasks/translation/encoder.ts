import type { Routing, Rng } from '@moekit/core';
import type { DispatchPlan } from '@moekit/kernels';
import type { RotaryTables } from '@moekit/kernels/nn';
import { rmsNorm } from '@moekit/kernels/nn';
import type { Rank, Tensor1D, Tensor2D, Tensor4D, Variable } from '@tensorflow/tfjs-core';
import { tensor1d } from '@tensorflow/tfjs-core';

import type { ForwardOptions, MoEFactory } from '../../contract.js';
import { unitGain } from '../../transformer/parameter.js';
import { TransformerLayer } from '../../transformer/transformer.js';
import type { SourceBatch, TranslationModelConfig } from './contract.js';
import { paddingMask, passDropout, routeContexts, tokenMask } from './frames.js';

/** The parts that both halves of the model share. */
export interface SharedParts {
  readonly rotary: RotaryTables;
  /** Embeds ids: int32 [T] -> float32 [T,D]. */
  readonly embed: (ids: Tensor1D) => Tensor2D;
  /** The plan of dense layers for a number of rows. */
  readonly everyToken: (rows: number) => DispatchPlan;
}

export interface Encoded {
  readonly output: Tensor2D; // [B*Ls,D]
  /** float32 [B,1,1,Ls] or [1,1,1,1]: what keeps padding from being seen. */
  readonly mask: Tensor4D;
  readonly tokenMask: Tensor1D | undefined;
  readonly routings: readonly Routing[];
}

/** The stack of encoder layers: every token sees the whole sentence, padding is neither seen nor routed. */
export class Encoder {
  readonly layers: readonly TransformerLayer[];
  readonly #gain: Variable<Rank.R1>; // [D]
  readonly #dropout: number;

  constructor(config: Required<TranslationModelConfig>, rng: Rng, moe: MoEFactory | undefined) {
    // an encoder has no later tokens to leak
    const spec = { ...config, allowNonCausal: true };
    this.layers = Array.from({ length: config.encoderLayers }, (_, i) => {
      const factory = (i + 1) % config.moeEvery === 0 ? moe : undefined;
      return new TransformerLayer(spec, i, rng.fork(`encoder.${i}`), factory);
    });
    this.#gain = unitGain(config.modelWidth);
    this.#dropout = config.dropout;
  }

  /** @returns tensors owned by the caller: call it inside a tidy or a gradient function */
  encode(batch: SourceBatch, shared: SharedParts, options: ForwardOptions): Encoded {
    const { size: batchSize, sourceLengths } = batch;
    const length = batch.source.length / batchSize;
    const ids = tensor1d(batch.source, 'int32');
    const padding = tokenMask(sourceLengths, length);
    const mask = paddingMask(padding, batchSize);
    const drop = passDropout(this.#dropout, options, 'encoder');
    const sequences = { batch: batchSize, length };
    const context = routeContexts(options, { ids, mask: padding, sequences });
    const everyToken = shared.everyToken(ids.size);
    const routings: Routing[] = [];
    let x = drop(shared.embed(ids)); // [B*Ls,D]
    this.layers.forEach((layer, i) => {
      const { output, routing } = layer.apply(
        x,
        { batchSize, length, mask, rotary: shared.rotary },
        { everyToken, drop, context: withPrevious(context(i), routings) },
      );
      if (routing) routings.push(routing);
      x = output;
    });
    return { output: rmsNorm(x, this.#gain), mask, tokenMask: padding, routings };
  }

  namedVariables(): (readonly [string, Variable])[] {
    const layers = this.layers.flatMap((layer, i) =>
      Object.entries(layer.variables()).map(([name, v]) => [`encoder.${i}.${name}`, v] as const),
    );
    return [...layers, ['encoder.norm.gain', this.#gain]];
  }

  dispose(): void {
    for (const layer of this.layers) layer.dispose();
    this.#gain.dispose();
  }
}

/** For routers with gating residuals: the logits of the MoE layer before this one. */
export function withPrevious<Context extends object>(
  context: Context,
  routings: readonly Routing[],
): Context & { readonly previousLogits?: Tensor2D } {
  const previousLogits = routings.at(-1)?.logits;
  return previousLogits ? { ...context, previousLogits } : context;
}
