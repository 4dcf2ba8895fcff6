import type { Scalar, Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';

import type { CapacityPriority } from './capacity-priority.js';
import type { LinearAttributes, OuterAttributes } from './linear.js';
import type { AdamWStep } from './adamw-step.js';
import type { HeadsShape } from './heads-shape.js';
import type { DispatchPlan } from '../plan/plan.js';

interface Signature<
  Input extends string,
  Attributes extends object,
  Outputs extends readonly Tensor[],
  Optional extends string = never,
> {
  readonly input: Input;
  readonly optional: Optional;
  readonly attributes: Attributes;
  readonly outputs: Outputs;
}

interface Planned {
  readonly plan: DispatchPlan;
}

/** Every kernel by the name that tfjs registers it under: its inputs, attributes, outputs and optional inputs. */
export interface KernelMap {
  // decisions
  MoeSelectTopK: Signature<'logits', { readonly k: number }, [Tensor2D]>;
  MoeSelectThreshold: Signature<'logits', { readonly threshold: number }, [Tensor2D]>;
  MoeLimitCapacity: Signature<
    'mask' | 'logits',
    { readonly capacity: number; readonly priority: CapacityPriority },
    [Tensor2D]
  >;
  MoePlan: Signature<'mask', { readonly numRows: number }, [Tensor1D]>;
  // rows
  MoeDispatch: Signature<'x', Planned, [Tensor2D]>;
  MoeReduce: Signature<'y', Planned, [Tensor2D]>;
  MoeExpertRows: Signature<'bias', Planned, [Tensor2D]>;
  MoeExpertSum: Signature<'y', Planned, [Tensor2D]>;
  MoeRowWeights: Signature<'weights', Planned, [Tensor2D]>;
  MoeScatterWeights: Signature<'rows', Planned, [Tensor2D]>;
  MoeCombine: Signature<'y' | 'weights', Planned, [Tensor2D]>;
  MoeSpread: Signature<'d' | 'weights', Planned, [Tensor2D]>;
  MoePairDots: Signature<'y' | 'd', Planned, [Tensor2D]>;
  // products
  MoeGroupedMatMul: Signature<'x' | 'w', LinearAttributes, [Tensor2D]>;
  MoeGroupedLinear: Signature<'x' | 'w' | 'bias', LinearAttributes, [Tensor2D]>;
  MoeFusedLinear: Signature<'x' | 'w', LinearAttributes, [Tensor2D], 'bias'>;
  MoeGroupedOuter: Signature<'x' | 'y', OuterAttributes, [Tensor3D]>;
  MoeReluGradient: Signature<'dy' | 'out', object, [Tensor]>;
  MoeMatMul: Signature<
    'a' | 'b',
    { readonly transposeA: boolean; readonly transposeB: boolean },
    [Tensor]
  >;
  // router losses and statistics
  MoeBalanceLoss: Signature<
    'probs' | 'fractions',
    { readonly scale: number },
    [Scalar, Tensor],
    'present'
  >;
  MoeZLoss: Signature<'logits', object, [Scalar, Tensor], 'present'>;
  MoeRoutingStats: Signature<
    'mask' | 'probs',
    { readonly capacity?: number },
    [Tensor1D],
    'weights' | 'selected' | 'present' | 'nullSlots' | 'nullMass' | 'copied'
  >;
  // transformers (./nn)
  MoeRmsNorm: Signature<'x' | 'gain', { readonly epsilon: number }, [Tensor2D]>;
  MoeRmsNormGradient: Signature<
    'dy' | 'x' | 'gain',
    { readonly epsilon: number },
    [Tensor2D, Tensor1D]
  >;
  MoeSplitHeads: Signature<
    'x' | 'cosines' | 'sines',
    HeadsShape,
    [query: Tensor4D, key: Tensor4D, value: Tensor4D]
  >;
  MoeJoinHeads: Signature<'dq' | 'dk' | 'dv' | 'cosines' | 'sines', HeadsShape, [Tensor2D]>;
  MoeAttend: Signature<'q' | 'k' | 'v' | 'mask', object, [out: Tensor2D, probs: Tensor4D]>;
  MoeAttendGradient: Signature<
    'dout' | 'q' | 'k' | 'v' | 'probs',
    object,
    [Tensor4D, Tensor4D, Tensor4D]
  >;
  MoeSoftmaxGradient: Signature<'dy' | 'probs', { readonly width: number }, [Tensor]>;
  MoeEmbed: Signature<'table' | 'ids', { readonly vocabSize: number }, [Tensor2D]>;
  MoeCrossEntropy: Signature<'logits' | 'targets', object, [Scalar, Tensor]>;
  MoeAdamW: Signature<
    'weight' | 'first' | 'second' | 'gradient',
    AdamWStep,
    [Tensor, Tensor, Tensor]
  >;
}

/** Kernels over a list of tensors, by their attributes. */
export interface ListKernelMap {
  /** All weights, all first moments, all second moments, all gradients -> the next of the first three. */
  MoeAdamWAll: { readonly steps: readonly AdamWStep[] };
  MoeNorm: object;
}

export type KernelName = keyof KernelMap;

/** Kernels over planned rows. */
export type PlannedName = {
  [Name in KernelName]: KernelMap[Name]['attributes'] extends Planned ? Name : never;
}[KernelName];

export type InputName<Name extends KernelName> =
  KernelMap[Name]['input'] | KernelMap[Name]['optional'];

/** One value for each input of a kernel. */
export type Inputs<Name extends KernelName, Value> = Readonly<
  Record<KernelMap[Name]['input'], Value> & Partial<Record<KernelMap[Name]['optional'], Value>>
>;

export type Attributes<Name extends KernelName> = KernelMap[Name]['attributes'];

export type OutputTensors<Name extends KernelName> = KernelMap[Name]['outputs'];

/** One value for each output of a kernel. */
export type Outputs<Name extends KernelName, Value> = Each<OutputTensors<Name>, Value>;

type Each<Tuple extends readonly unknown[], Value> = { [Index in keyof Tuple]: Value };
