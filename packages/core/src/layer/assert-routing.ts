import type { Tensor } from '@tensorflow/tfjs-core';

import type { Router } from '../contract/router.js';
import type { RouterLoss, Routing } from '../contract/routing.js';
import type { RouterStatistic } from '../contract/statistics.js';
import { fail } from '../errors.js';
import { guide } from '../contract/guide.js';

/**
 * @param modelWidth D, where the caller knows it
 * @throws MOE_ROUTING naming the router and the member when a routing has missing or misshapen members
 */
export function assertRouting(
  routing: Routing,
  router: Pick<Router, 'name' | 'numExperts'>,
  numTokens: number,
  modelWidth?: number,
): void {
  const pairs = [numTokens, router.numExperts];
  const wrong = [
    isRecord(routing) ? undefined : `a routing that is ${describe(routing)}`,
    misfit('combineWeights', routing?.combineWeights, pairs),
    misfit('dispatchMask', routing?.dispatchMask, pairs),
    misfit('logits', routing?.logits, pairs),
    misfit('probs', routing?.probs, pairs),
    routing?.selectionMask && misfit('selectionMask', routing.selectionMask, pairs),
    routing?.zeroCompute && misfit('zeroCompute.mass', routing.zeroCompute.mass, [numTokens]),
    routing?.zeroCompute && misfit('zeroCompute.slots', routing.zeroCompute.slots, [numTokens]),
    routing?.zeroCompute?.copyWeight &&
      misfit('zeroCompute.copyWeight', routing.zeroCompute.copyWeight, [numTokens]),
    constantMisfit(routing?.zeroCompute?.constant, numTokens, modelWidth),
    ...Object.entries(routing?.statistics ?? {}).map(([name, made]) => misfitStatistic(name, made)),
    Array.isArray(routing?.losses) ? undefined : 'losses: not an array',
    ...(Array.isArray(routing?.losses) ? routing.losses.map(misfitLoss) : []),
  ].find((problem) => problem !== undefined);
  if (wrong === undefined) return;
  throw fail('MOE_ROUTING', {
    asked: `Router ${router.name} must return a routing of ${numTokens} tokens and ${router.numExperts} experts`,
    got: wrong,
    fix: guide('the-routing'),
  });
}

function misfit(member: string, value: Tensor | undefined, shape: number[]): string | undefined {
  const got = value?.shape?.join(', ');
  if (value?.dtype === 'float32' && got === shape.join(', ')) return undefined;
  return got === undefined
    ? `${member}: missing`
    : `${member}: ${value?.dtype} [${got}] instead of float32 [${shape.join(', ')}]`;
}

function constantMisfit(
  constant: Tensor | undefined,
  numTokens: number,
  modelWidth = constant?.shape?.at(-1) ?? 0,
): string | undefined {
  return constant && misfit('zeroCompute.constant', constant, [numTokens, modelWidth]);
}

function misfitStatistic(
  name: string,
  made: Partial<RouterStatistic> | undefined,
): string | undefined {
  const member = `statistics.${name}`;
  if (made?.over !== 'sum' && made?.over !== 'mean') {
    return `${member}.over: ${describe(made?.over)} instead of 'sum' or 'mean'`;
  }
  const { values } = made;
  if (values?.dtype === 'float32' && (values.rank === 1 || values.rank === 2)) return undefined;
  const got = values?.shape ? `${values.dtype} [${values.shape.join(', ')}]` : describe(values);
  return `${member}.values: ${got} instead of float32 [E] or [E, B]`;
}

function misfitLoss(loss: Partial<RouterLoss> | undefined, at: number): string | undefined {
  const member = `losses[${at}]`;
  if (typeof loss?.name !== 'string') return `${member}.name: ${describe(loss?.name)}`;
  if (!Number.isFinite(loss.coefficient)) {
    return `${member}.coefficient (${loss.name}): ${describe(loss.coefficient)}`;
  }
  return misfit(`${member}.value (${loss.name})`, loss.value, []);
}

function isRecord(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !(value instanceof Promise);
}

function describe(value: unknown): string {
  if (value instanceof Promise) return 'a promise: route may not be async';
  return typeof value === 'function' ? 'a function' : String(value);
}
