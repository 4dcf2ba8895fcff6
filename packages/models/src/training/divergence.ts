import type { MoekitError } from '@moekit/core';
import { isMoekitError } from '@moekit/core';
import type { NamedTensorMap, Tensor } from '@tensorflow/tfjs-core';

import { fail } from '../errors.js';
import type { PlainNumber } from '../figure.js';
import { stringifyFigures } from '../figure.js';
import type { Task } from '../task.js';
import type { LayerPass } from './repeat-pass.js';
import { repeatPass } from './repeat-pass.js';

/** The number of non-finite values of a tensor, and the magnitude of the others. */
export interface Magnitude {
  /** As in `TrainableModel.namedVariables()`. */
  readonly name: string;
  readonly elements: number;
  readonly nonFinite: number;
  /** Of the finite elements, by absolute value. */
  readonly largest: number;
}

/** A run at the moment it diverged, in plain data: the cause of the error MODELS_DIVERGED. */
export interface Divergence {
  /** The step that could not be taken. */
  readonly step: number;
  /**
   * Where it shows first: the router that met it, or, under a finite loss, the deepest part with such a gradient, since
   * gradients carry it on to all shallower ones. `null` where neither says.
   */
  readonly layer: string | null;
  readonly loss: PlainNumber | null;
  readonly routerLoss: PlainNumber | null;
  readonly gradientNorm: PlainNumber | null;
  /** Empty where the forward pass already failed. */
  readonly gradients: readonly Magnitude[];
  readonly weights: readonly Magnitude[];
  /** The forward pass repeated, layer by layer: one per MoE layer. */
  readonly layers: readonly LayerPass[];
}

interface Failed<Batch> {
  readonly step: number;
  readonly batch: Batch;
  readonly seed: number;
  /** By `Variable.name`. */
  readonly gradients?: NamedTensorMap;
  readonly report?: {
    readonly loss: number;
    readonly routerLoss: number;
    readonly gradientNorm: number;
  };
  readonly error?: Error;
}

/** Looks for where it began. Costs a forward pass and reads everything back; leaves nothing behind. */
export async function diagnose<Batch>(
  task: Task<Batch>,
  { step, batch, seed, gradients: computed = {}, report }: Failed<Batch>,
): Promise<Divergence> {
  const variables = [...task.model.namedVariables()];
  const graded = variables.flatMap(([name, { name: id }]) => {
    const gradient = computed[id];
    return gradient ? [[name, gradient] as const] : [];
  });
  const gradients = await magnitudes(graded);
  const layers = await repeatPass(task, batch, seed);
  return JSON.parse(
    stringifyFigures({
      step,
      layer:
        failedRouter(task, layers) ?? (Number.isFinite(report?.loss) ? deepest(gradients) : null),
      loss: report?.loss ?? null,
      routerLoss: report?.routerLoss ?? null,
      gradientNorm: report?.gradientNorm ?? null,
      gradients,
      weights: await magnitudes(variables),
      layers,
    }),
  ) as Divergence;
}

const FIGURES = 'Loss, router loss and gradient norm must stay finite';

/** @param got the figures, or what a router said of them      @param asked what of the step is not finite */
export function diverged(cause: Divergence, got: string, asked = FIGURES): MoekitError {
  const unchanged = asked === FIGURES ? ' The weights are those of the step before.' : '';
  return fail('MODELS_DIVERGED', {
    asked: `${asked} at step ${cause.step}`,
    got: cause.layer === null ? got : `${got} (first in ${cause.layer})`,
    fix: `Lower learningRate, raise warmupSteps, or set clipNorm (1 is usual).${unchanged}`,
    cause,
  });
}

/** Whether a router refused logits that are not finite. */
export function isNonFinite(error: unknown): error is MoekitError {
  return isMoekitError(error) && ['MOE_NON_FINITE', 'KERNELS_NON_FINITE'].includes(error.code);
}

async function magnitudes(tensors: readonly (readonly [string, Tensor])[]): Promise<Magnitude[]> {
  const found: Magnitude[] = [];
  for (const [name, tensor] of tensors) {
    const values = await tensor.data();
    let [nonFinite, largest] = [0, 0];
    for (const value of values) {
      if (!Number.isFinite(value)) nonFinite++;
      else largest = Math.max(largest, Math.abs(value));
    }
    found.push({ name, elements: values.length, nonFinite, largest });
  }
  return found;
}

function failedRouter<Batch>({ model }: Task<Batch>, layers: readonly LayerPass[]) {
  const at = layers.findIndex(({ error }) => error !== null);
  const own = new Set(model.moeLayers[at]?.router.variables());
  const found = [...model.namedVariables()].find(([, variable]) => own.has(variable));
  return found && partOf(found[0]);
}

function deepest(gradients: readonly Magnitude[]): string | null {
  const last = gradients.findLast(({ nonFinite }) => nonFinite > 0);
  return last === undefined ? null : partOf(last.name);
}

/** `layers.1.moe.router` of `layers.1.moe.router.0.weight`. */
function partOf(name: string): string {
  return name.replace(/(\.\d+)?\.[a-z]+$/i, '');
}
