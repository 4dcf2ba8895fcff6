import type { RouterPlugin } from '../contract/plugin.js';
import type { Activation } from '../experts/activation.js';

/** The parts of a Mixture-of-Experts layer. Everything but the plug-in itself is saved with the model. */
export interface KerasMoELayerArgs<Options = unknown, Input = unknown> {
  readonly router: RouterPlugin<Options, Input>;
  /** Options that the plug-in's own schema accepts; defaults where absent. */
  readonly routerOptions?: Input | undefined;
  /** E */
  readonly numExperts: number;
  /** F, the width of one expert. */
  readonly expertWidth: number;
  /** Default relu. */
  readonly activation?: Activation | undefined;
  /** Width of an always-on expert that every token passes; none by default. */
  readonly sharedExpertWidth?: number | undefined;
  /** Initial weights and the noise of every step follow from it. Default 1. */
  readonly seed?: number | undefined;
  /** Of the layer, as in every Keras layer; by default one is made up. */
  readonly name?: string | undefined;
  /** Without the batch dimension, for the first layer of a `tf.sequential`: [D] or [L,D]. */
  readonly inputShape?: readonly (number | null)[] | undefined;
  readonly trainable?: boolean | undefined;
}
