import type { Tensor } from '@tensorflow/tfjs-core';

import { assertKinds } from '../arguments/assert-kinds.js';
import type { Router } from '../contract/router.js';
import type { Routing } from '../contract/routing.js';
import { fail } from '../errors.js';
import type { GuideHeading } from '../contract/guide.js';
import { guide } from '../contract/guide.js';
import { assertRouting } from './assert-routing.js';

/** A wrong value and the part of the guide that is about it. */
type Finding = readonly [problem: string, heading: GuideHeading];

/**
 * Reads a routing back and holds its numbers against the contract: masks of 0 and 1, weights that are finite and 0 where
 * nothing is dispatched, probabilities, finite losses and statistics, no more pairs than `maxPairs`. For one batch before training; every step would
 * pay for it.
 * @throws MOE_ROUTING naming the router, the member, the token and the expert
 */
export async function assertRoutingValues(
  routing: Routing,
  router: Pick<Router, 'name' | 'numExperts'>,
): Promise<void> {
  assertKinds('assertRoutingValues', router, { name: 'text', numExperts: 'size' });
  assertRouting(routing, router, routing?.dispatchMask?.shape?.[0] ?? 0);
  const read = (tensor: Tensor) => tensor.data<'float32'>();
  const mask = await read(routing.dispatchMask);
  const weights = await read(routing.combineWeights);
  const wanted = routing.selectionMask && (await read(routing.selectionMask));
  const probs = await read(routing.probs);
  const losses = await Promise.all(routing.losses.map(({ value }) => read(value)));
  const handedOut = Object.values(routing.statistics ?? {});
  const statistics = await Promise.all(handedOut.map(({ values }) => read(values)));
  const where = (i: number) =>
    `for token ${Math.floor(i / router.numExperts)}, expert ${i % router.numExperts}`;
  const finding =
    maskFinding('dispatchMask', mask, where) ??
    (wanted && maskFinding('selectionMask', wanted, where)) ??
    weightFinding(weights, mask, where) ??
    probsFinding(probs, where) ??
    pairsFinding(mask, routing.maxPairs) ??
    lossFinding(routing, losses) ??
    statisticFinding(routing, statistics);
  if (finding === undefined) return;
  throw fail('MOE_ROUTING', {
    asked: `Router ${router.name} must return a routing whose numbers follow the contract`,
    got: finding[0],
    fix: guide(finding[1]),
  });
}

type Where = (index: number) => string;

function maskFinding(member: string, mask: Float32Array, where: Where): Finding | undefined {
  const i = mask.findIndex((value) => value !== 0 && value !== 1);
  if (i < 0) return undefined;
  return [`${member} ${mask[i]} ${where(i)}, where only 0 and 1 may stand`, 'the-routing'];
}

function weightFinding(
  weights: Float32Array,
  mask: Float32Array,
  where: Where,
): Finding | undefined {
  const infinite = weights.findIndex((weight) => !Number.isFinite(weight));
  if (infinite >= 0) {
    return [`combineWeights ${weights[infinite]} ${where(infinite)}`, 'selection-and-gradient'];
  }
  const i = weights.findIndex((weight, at) => weight !== 0 && mask[at] === 0);
  if (i < 0) return undefined;
  const problem = `combineWeights ${weights[i]!.toPrecision(3)} ${where(i)}, where dispatchMask is 0`;
  return [`${problem}: multiply the weights by the mask`, 'selection-and-gradient'];
}

function probsFinding(probs: Float32Array, where: Where): Finding | undefined {
  const i = probs.findIndex((value) => !(value >= 0 && Number.isFinite(value)));
  if (i < 0) return undefined;
  return [`probs ${probs[i]} ${where(i)}, which is not a probability`, 'the-routing'];
}

function pairsFinding(mask: Float32Array, maxPairs = mask.length): Finding | undefined {
  const pairs = mask.reduce((sum, value) => sum + value, 0);
  if (pairs <= maxPairs) return undefined;
  return [`${pairs} dispatched pairs, more than its maxPairs ${maxPairs}`, 'the-routing'];
}

function lossFinding({ losses }: Routing, values: readonly Float32Array[]): Finding | undefined {
  const i = values.findIndex(([value]) => !Number.isFinite(value));
  if (i < 0) return undefined;
  return [`${values[i]![0]} as loss ${losses[i]!.name}`, 'losses'];
}

function statisticFinding(
  { statistics = {} }: Routing,
  values: readonly Float32Array[],
): Finding | undefined {
  const wrong = values.map((of) => of.findIndex((value) => !Number.isFinite(value)));
  const i = wrong.findIndex((at) => at >= 0);
  if (i < 0) return undefined;
  const name = Object.keys(statistics)[i]!;
  return [`${values[i]![wrong[i]!]} in place ${wrong[i]} of statistics.${name}`, 'the-routing'];
}
