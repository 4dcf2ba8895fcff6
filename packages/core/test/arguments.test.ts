import type { FeedForwardOptions, RouteContext, RoutingStats } from '@moekit/core';
import {
  assertCausal,
  balanceLosses,
  clearPadding,
  createGate,
  createRng,
  createRouter,
  createTokenMask,
  expertCapacity,
  FeedForwardExperts,
  gatedRouter,
  loadBalancingLoss,
  mapRoutingFigures,
  maskTokens,
  MoELayer,
  normalArray,
  parameter,
  routeWith,
  select,
  squaredCoefficientOfVariation,
  stepCapacity,
  summariseRouting,
  sumRoutingStats,
  tidyRouting,
  tokenMean,
  totalRouterLoss,
  unknownOption,
  withCapacity,
  withJitter,
  zLoss,
} from '@moekit/core';
import { afterEachStep, kerasMoELayer, registerKerasRouters } from '@moekit/core/keras';
import { choice, numberIn, optionsOf } from '@moekit/core/options';
import { naiveLayer, testRouter, useBackend } from '@moekit/core/testing';
import { densePlan, explainPlan } from '@moekit/kernels';
import { attend, crossEntropy, globalNorm, rmsNorm, splitHeads } from '@moekit/kernels/nn';
import '@tensorflow/tfjs';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { ones, tensor1d, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';

import { activate } from '../src/experts/activation.js';
import { topTwo } from './routers/top-two.js';

const spec = { modelWidth: 4, numExperts: 3, seed: 2 };
const router = createRouter(topTwo, spec);
const experts = new FeedForwardExperts({ ...spec, expertWidth: 5 });
const layer = new MoELayer({ router, experts });
const x = ones([6, 4]);
const rng = createRng(1);
const disposed = () => {
  const gone = ones([6, 4]);
  gone.dispose();
  return gone;
};

/** As a program in plain JavaScript may call: types do not stop it. */
const call = (tokens: unknown, context: unknown) => () =>
  layer.call(tokens as never, context as RouteContext);
const training = (more: object) => ({ training: true, rng, ...more });
const made = (more: object) => () =>
  new FeedForwardExperts({ ...spec, expertWidth: 5, ...more } as FeedForwardOptions);
const keras = (more: object) => () =>
  kerasMoELayer({ router: topTwo, numExperts: 3, expertWidth: 5, ...more } as never);
const limits = { capacityFactor: 1, evalCapacityFactor: 1, minCapacity: 1 };
const factor = { capacityFactor: 1, minCapacity: 1 };

type Refusal = readonly [what: string, act: () => unknown, code: string, message: RegExp];

const tensors: readonly Refusal[] = [
  ['an array for tokens', call([[1, 2, 3, 4]], training({})), 'MOE_SHAPE', /x of an MoE layer.*an Array of length 1/],
  ['nothing for tokens', call(undefined, training({})), 'MOE_SHAPE', /x of an MoE layer.*undefined/],
  ['a promise for tokens', call(Promise.resolve(x), training({})), 'MOE_SHAPE', /a promise/],
  ['disposed tokens', call(disposed(), training({})), 'MOE_SHAPE', /disposed/],
  ['tokens of another width', call(ones([6, 5]), training({})), 'MOE_SHAPE', /\[T, 4\], got float32 \[6, 5\]/],
  ['tokens of another rank', call(ones([1, 6, 4]), training({})), 'MOE_SHAPE', /reshape/],
  ['tokens of another type', call(ones([6, 4], 'int32'), training({})), 'MOE_SHAPE', /int32 \[6, 4\]/],
  ['no token at all', call(zeros([0, 4]), training({})), 'MOE_SHAPE', /at least 1/],
  ['tokens of another width, to a router', () => router.route(ones([6, 5]), { training: false, rng }), 'MOE_SHAPE', /x of a router/],
  ['no tensor, to a gate', () => createGate(spec).logits([1] as never), 'MOE_SHAPE', /x of a router/],
  ['no tensor, to a loss', () => zLoss([[1]] as never), 'MOE_SHAPE', /logits of zLoss/],
  ['fractions of another length', () => loadBalancingLoss(ones([2, 3]), ones([4])), 'MOE_SHAPE', /fractions of loadBalancingLoss/],
  ['no losses', () => totalRouterLoss(undefined as never), 'MOE_OPTIONS', /losses/],
  ['no mask from decide', () => select(ones([2, 3]), () => undefined as never), 'MOE_ROUTING', /undefined/],
]; // prettier-ignore

const contexts: readonly Refusal[] = [
  ['no context', call(x, undefined), 'MOE_CONTEXT', /context.*undefined/],
  ['a context without rng', call(x, { training: true }), 'MOE_CONTEXT', /rng of the context.*undefined/],
  ['Math.random for rng', call(x, training({ rng: Math.random })), 'MOE_CONTEXT', /rng.*random.*createRng/],
  ['a foreign source for rng', call(x, training({ rng: { next: () => 1 } })), 'MOE_CONTEXT', /an object with next/],
  ['a word for training', call(x, { training: 'yes', rng }), 'MOE_CONTEXT', /training: true or false/],
  ['a misspelt member', call(x, training({ tokenmask: ones([6]) })), 'MOE_CONTEXT', /tokenMask.*got the member tokenmask/],
  ['a short tokenMask', call(x, training({ tokenMask: ones([5]) })), 'MOE_SHAPE', /tokenMask must be float32 \[6\]/],
  ['a bool tokenMask', call(x, training({ tokenMask: ones([6], 'bool') })), 'MOE_SHAPE', /tokenMask/],
  ['an array for tokenMask', call(x, training({ tokenMask: [1, 1, 1, 1, 1, 1] })), 'MOE_SHAPE', /tokenMask/],
  ['a tokenMask of halves', call(x, training({ tokenMask: tensor1d([1, 1, 0.5, 1, 1, 1]) })), 'MOE_CONTEXT', /0.5 for token 2/],
  ['a made tokenMask of NaN', () => createTokenMask(new Float32Array([1, NaN])), 'MOE_CONTEXT', /NaN for token 1/],
  ['tokenIds in float32', call(x, training({ tokenIds: ones([6]) })), 'MOE_SHAPE', /tokenIds/],
  ['previousLogits of another width', call(x, training({ previousLogits: ones([6, 4]) })), 'MOE_SHAPE', /previousLogits/],
  ['a foreign source for draws', () => normalArray(Math.random as never, 3), 'MOE_CONTEXT', /createRng/],
  ['a label that is no text', () => rng.fork(7 as never), 'MOE_OPTIONS', /label/],
  ['a tokenMask of another length, to a mean', () => tokenMean(ones([3, 2]) as Tensor2D, ones([4])), 'MOE_SHAPE', /tokenMask/],
]; // prettier-ignore

const nothing = undefined as never;
const stats: Partial<RoutingStats> = { tokens: 4, tokensPerExpert: [4] };
const edges: readonly Refusal[] = [
  ['no router to assertCausal', () => assertCausal(nothing), 'MOE_OPTIONS', /assertCausal needs an object with causal, got undefined/],
  ['a router that does not say whether it is causal', () => assertCausal({ name: 'mine' } as never), 'MOE_OPTIONS', /causal as true or false, got undefined/],
  ['no options of a balancing loss', () => balanceLosses(ones([2, 3]), ones([2, 3]), nothing), 'MOE_OPTIONS', /balanceLosses needs an object with coefficient/],
  ['no probabilities for a balancing loss', () => balanceLosses(nothing, ones([2, 3]), { coefficient: 1 }), 'MOE_SHAPE', /probs of balanceLosses/],
  ['null for the options of a balancing loss', () => loadBalancingLoss(ones([2, 3]), ones([3]), null as never), 'MOE_OPTIONS', /loadBalancingLoss needs an object/],
  ['rows that are no tensor', () => clearPadding([[1]] as never, ones([1])), 'MOE_SHAPE', /clearPadding needs float32 \[T\] or \[T, E\], got an Array/],
  ['rows that are no tensor, without padding', () => maskTokens('x' as never, undefined), 'MOE_SHAPE', /got "x"/],
  ['no function for figures', () => mapRoutingFigures({} as never), 'MOE_OPTIONS', /mapRoutingFigures needs value as a function/],
  ['no statistics to summarise', () => summariseRouting(nothing), 'MOE_OPTIONS', /summariseRouting needs an object with tokens/],
  ['statistics without a member', () => summariseRouting(stats as never), 'MOE_OPTIONS', /selectedPairs as a number, got undefined/],
  ['statistics instead of a list of them', () => sumRoutingStats(stats as never), 'MOE_OPTIONS', /batches as an array/],
  ['a list of something else than statistics', () => sumRoutingStats([null as never]), 'MOE_OPTIONS', /needs an object with tokens.*got null/],
  ['no function to tidy', () => tidyRouting(1 as never), 'MOE_OPTIONS', /tidyRouting needs build as a function, got 1/],
  ['no values of a parameter', () => parameter(nothing, [2]), 'MOE_OPTIONS', /parameter needs values as an array of numbers/],
  ['a parameter without a shape', () => parameter(new Float32Array(2), nothing), 'MOE_OPTIONS', /shape as an array of numbers/],
  ['too few values of a parameter', () => parameter(new Float32Array(3), [2, 2]), 'MOE_SHAPE', /\[2, 2\] needs 4 values, got 3/],
  ['no shape of a schema', () => unknownOption(nothing), 'MOE_OPTIONS', /shape as an object/],
  ['no router to route with', () => routeWith(nothing, x as Tensor2D, { training: false, rng }), 'MOE_SPEC', /routeWith needs a router/],
  ['a plug-in instead of a list', () => registerKerasRouters(topTwo as never), 'MOE_OPTIONS', /plugins as an array/],
  ['no model for a callback', () => afterEachStep(nothing), 'MOE_OPTIONS', /model as an object/],
  ['words that are no list', () => choice('ab' as never, 'a' as never, 'letters'), 'MOE_OPTIONS', /words as an array/],
  ['a range without bounds', () => numberIn(nothing), 'MOE_OPTIONS', /numberIn needs an object with min/],
  ['no shape of options', () => optionsOf(nothing), 'MOE_OPTIONS', /needs shape as an object, got undefined/],
  ['an oracle without a layer', () => naiveLayer(nothing, [], nothing), 'MOE_OPTIONS', /naiveLayer needs an object with activation/],
  ['no plug-in to test', () => testRouter(nothing), 'MOE_PLUGIN', /plug-in of testRouter/],
  ['no plan to explain', () => explainPlan(nothing, nothing), 'KERNELS_PLAN', /plan/],
  ['no widths of a plan', () => explainPlan(densePlan(2), nothing), 'KERNELS_VALUE', /explainPlan needs an object with modelWidth/],
  ['no heads', () => attend(nothing, ones([1])), 'KERNELS_VALUE', /attend needs heads as an array/],
  ['tables of another kind', () => splitHeads(ones([2, 12]), nothing, { batchSize: 1, length: 2, numHeads: 2, headWidth: 2 }), 'KERNELS_VALUE', /cosines/],
  ['a gradient that is no tensor', () => globalNorm([1 as never]), 'KERNELS_SHAPE', /gradients\[0\] as a tensor.*got 1/],
  ['no tensor for a norm', () => rmsNorm(nothing, ones([1])), 'KERNELS_SHAPE', /rmsNorm needs x as float32/],
  ['targets in float32', () => crossEntropy(ones([2, 3]), ones([2])), 'KERNELS_SHAPE', /targets as int32 \[2\], got float32/],
]; // prettier-ignore

const options: readonly Refusal[] = [
  ['a gate of nothing', () => createGate(nothing), 'MOE_SPEC', /modelWidth of a gate/],
  ['null for the options of a gate', () => createGate(spec, null as never), 'MOE_OPTIONS', /createGate needs an object/],
  ['a misspelt option of a gate', () => createGate(spec, { biass: true } as never), 'MOE_OPTIONS', /createGate accepts.*got biass/],
  ['a gated router of nothing', () => gatedRouter(nothing, nothing), 'MOE_SPEC', /numExperts of a gated router/],
  ['a gated router without parts', () => gatedRouter(spec, nothing), 'MOE_OPTIONS', /gatedRouter needs an object/],
  ['a capacity without its rule', () => expertCapacity(4, 2, nothing), 'MOE_OPTIONS', /expertCapacity needs an object/],
  ['the capacity of a step without factors', () => stepCapacity(x as Tensor2D, nothing, nothing), 'MOE_OPTIONS', /stepCapacity needs an object/],
  ['the capacity of a step without a context', () => stepCapacity(x as Tensor2D, limits, nothing), 'MOE_OPTIONS', /context of stepCapacity/],
  ...['tanh', 'linear', 'silu', 'GELU', null].flatMap((activation): Refusal[] => [
    [`activation ${activation} of experts`, made({ activation }), 'MOE_OPTIONS', /relu, gelu, swiglu/],
    [`activation ${activation} of kerasMoELayer`, keras({ activation }), 'MOE_OPTIONS', /relu, gelu, swiglu/],
  ]),
  ['an activation that does not exist', () => activate('tanh' as never, ones([1, 2])), 'MOE_OPTIONS', /relu, gelu/],
  ['swiglu without its gate', () => activate('swiglu', ones([1, 2])), 'MOE_OPTIONS', /without a gate/],
  ['init of experts', made({ init: 'copy' }), 'MOE_OPTIONS', /independent, copies, got "copy"/],
  ['bias of experts', made({ bias: 'false' }), 'MOE_OPTIONS', /bias.*true or false/],
  ['precision of experts', made({ precision: 'fp16' }), 'MOE_OPTIONS', /float32, f16, bf16/],
  ['a standard deviation that is NaN', made({ inputStd: NaN }), 'MOE_OPTIONS', /inputStd.*NaN/],
  ['a misspelt option of experts', made({ activaton: 'gelu' }), 'MOE_OPTIONS', /activation.*got activaton/],
  ['a misspelt size of experts', made({ expertWidth: undefined, expertwidth: 5 }), 'MOE_OPTIONS', /got expertwidth/],
  ['a misspelt size of a router', () => createRouter(topTwo, { modelWidth: 4, numExpert: 3, seed: 1 } as never), 'MOE_SPEC', /numExperts.*numExpert/],
  ['no sizes', () => createRouter(topTwo, undefined as never), 'MOE_SPEC', /modelWidth/],
  ['a fraction of an expert', made({ numExperts: 2.5 }), 'MOE_SPEC', /numExperts.*2.5/],
  ['init of a gate', () => createGate(spec, { init: 'zero' as never }), 'MOE_OPTIONS', /uniform, normal, zeros/],
  ['no outputs of a gate', () => createGate(spec, { outputs: 0 }), 'MOE_OPTIONS', /outputs/],
  ['variance', () => squaredCoefficientOfVariation(ones([3]), 'unbiased' as never), 'MOE_OPTIONS', /population, sample/],
  ['rounding', () => expertCapacity(4, 2, { ...factor, rounding: 'nearest' as never }), 'MOE_OPTIONS', /up, down/],
  ['a capacity factor that is NaN', () => expertCapacity(4, 2, { ...factor, capacityFactor: NaN }), 'MOE_OPTIONS', /capacityFactor/],
  ['a capacity factor that is missing', () => withCapacity(router, {} as never), 'MOE_OPTIONS', /capacityFactor.*undefined/],
  ['priority', () => withCapacity(router, { ...limits, priority: 'first' as never }), 'MOE_OPTIONS', /rank-then-arrival/],
  ['a plug-in where a router is wanted', () => withJitter(topTwo as never, 0.1), 'MOE_SPEC', /createRouter/],
  ['an amount of jitter above 1', () => withJitter(router, 3), 'MOE_OPTIONS', /at most 1, got 3/],
  ['a plug-in in a layer', () => new MoELayer({ router: topTwo as never, experts }), 'MOE_SPEC', /a router plug-in/],
  ['no experts in a layer', () => new MoELayer({ router } as never), 'MOE_SPEC', /experts, got undefined/],
  ['a misspelt part of a layer', () => new MoELayer({ router, experts, sharedExperts: experts } as never), 'MOE_OPTIONS', /got sharedExperts/],
  ['a family as shared expert', () => new MoELayer({ router, experts, sharedExpert: experts }), 'MOE_SPEC', /one expert/],
  ['a misspelt argument of kerasMoELayer', keras({ expertwidth: 3 }), 'MOE_OPTIONS', /expertwidth/],
  ['a negative width in kerasMoELayer', keras({ sharedExpertWidth: -1 }), 'MOE_OPTIONS', /sharedExpertWidth/],
  ['a seed that is no number in kerasMoELayer', keras({ seed: 'one' }), 'MOE_SPEC', /seed/],
]; // prettier-ignore

describe('a mistake of the caller is reported as the caller’s', () => {
  beforeAll(() => useBackend('cpu'));

  it.each([...tensors, ...contexts, ...edges, ...options])('%s', (_what, act, code, message) => {
    let thrown: unknown;
    try {
      act();
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ name: 'MoekitError', code, message: expect.stringMatching(message) as string });
  }); // prettier-ignore

  it('lets through what is right', () => {
    const mask = createTokenMask(new Float32Array([1, 1, 0, 1, 1, 0]));
    const ids = tensor1d([1, 2, 3, 4, 5, 6], 'int32');
    const { output } = layer.call(tensor2d(new Float32Array(24), [6, 4]), training({ dropFree: true, tokenMask: mask, tokenIds: ids })); // prettier-ignore
    expect(output.shape).toEqual([6, 4]);
  });
});
