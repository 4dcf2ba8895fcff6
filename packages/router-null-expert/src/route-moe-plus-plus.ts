import type { Balance, RouteContext, Routing } from '@moekit/core';
import { maskTokens, selectedSoftmax, stepCapacity, withinCapacity } from '@moekit/core';
import { topExperts } from '@moekit/core/pieces';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { add, concat, mul, softmax, tensor1d } from '@tensorflow/tfjs-core';

import type { ConstantExperts } from './constant-experts.js';
import type { MoEPlusPlusOptions } from './moe-plus-plus-options.js';
import { columnSum, columns, zeroComputeOf } from './zero-slots.js';

export interface MoEPlusPlusParts {
  /** Of scale k over S slots: sum_s f_s P_s with f_s = count_s / T. */
  readonly balance: Balance;
  readonly constants: ConstantExperts | undefined;
}

/**
 * MoE++'s decision on given logits: top-k of real, zero, copy and constant experts, each kind with a room of its own.
 * Formula:  p = softmax(z) over S = N + Z slots;  chosen = the k highest;  w_ts = p_ts where chosen and there is room
 *           C = gamma k tau T / (tau N + Z) for a real expert, gamma k T / (tau N + Z) for another   (2410.07348 eq. 8)
 *           L = sum_s eta_s f_s P_s,  f_s = count_s / T,  eta = 1 for real experts and tau for the others   (eq. 7)
 * @param x float32 [T,D]      @param logits float32 [T,S], columns of real, zero, copy and constant experts
 *   Gradient: through logits and, where constant experts are chosen, x; choice, room and f are constants.
 */
export function routeMoEPlusPlus(
  x: Tensor2D,
  logits: Tensor2D,
  experts: number,
  settings: MoEPlusPlusOptions,
  { balance, constants }: MoEPlusPlusParts,
  context: RouteContext,
): Routing {
  const { k, tau, zeroExperts, copyExperts, normalise } = settings;
  const slots = logits.shape[1];
  const eta = perSlot(experts, slots - experts, 1, tau);
  const probs: Tensor2D = softmax(logits); // [T,S]
  const chosen = maskTokens(topExperts(logits, k), context.tokenMask); // [T,S]
  const share = (k * slots) / (tau * experts + slots - experts); // of T / S, as stepCapacity counts
  const capacity = stepCapacity(logits, settings, context, { slots: tau * share });
  const free = stepCapacity(logits, settings, context, { slots: share });
  const served = (room: number | null) => withinCapacity(chosen, logits, room);
  const selected = columns(chosen, 0, experts);
  const dispatched = capacity === null ? selected : columns(served(capacity), 0, experts);
  const kept = capacity === null ? chosen : concat([dispatched, columns(served(free), experts)], 1);
  const weights: Tensor2D = mul(
    normalise ? selectedSoftmax(logits, mul(chosen, paid(experts, zeroExperts, slots))) : probs,
    kept,
  ); // [T,S]
  const { losses, statistics } = balance.of(mul(probs, eta), chosen, context);
  const atBalance = (k * (experts + tau * (slots - experts))) / slots ** 2;
  const firstConstant = experts + zeroExperts + copyExperts;
  const copied = copyExperts > 0 && columnSum(weights, experts + zeroExperts, copyExperts);
  const mixed = constants?.apply(x, columns(weights, firstConstant));
  return {
    combineWeights: columns(weights, 0, experts),
    dispatchMask: dispatched,
    maxPairs: capacity === null ? x.shape[0] * Math.min(k, experts) : capacity * experts,
    ...(capacity !== null && { selectionMask: selected, capacity }),
    logits: columns(logits, 0, experts),
    probs: columns(probs, 0, experts),
    losses: losses.map((loss) => ({ ...loss, atBalance })),
    statistics,
    ...(slots > experts && {
      zeroCompute: {
        ...zeroComputeOf({ probs, selected: kept, experts }, total(copied, mixed?.copyWeight)),
        ...(mixed && { constant: mixed.constant }),
      },
    }),
  };
}

/** One number for each real slot, another for each of the others. [S] */
function perSlot(experts: number, others: number, real: number, other: number): Tensor1D {
  return tensor1d([
    ...new Array<number>(experts).fill(real),
    ...new Array<number>(others).fill(other),
  ]);
}

/** 0 for slots that return nothing, which leave their weight to the others. [S] */
function paid(experts: number, zeroExperts: number, slots: number): Tensor1D {
  const isZero = (slot: number) => slot >= experts && slot < experts + zeroExperts;
  return tensor1d(Array.from({ length: slots }, (_, slot) => (isZero(slot) ? 0 : 1)));
}

function total(a: Tensor1D | false, b: Tensor1D | undefined): Tensor1D | undefined {
  return a && b ? add<Tensor1D>(a, b) : a || b;
}
