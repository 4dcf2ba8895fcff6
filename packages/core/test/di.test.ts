import '@tensorflow/tfjs';
import type { Kernels, Router } from '@moekit/core';
import { createRng, createRouter, defaultKernels, FeedForwardExperts, isMoekitError, parameter } from '@moekit/core'; // prettier-ignore
import type { Token } from '@moekit/core/di';
import { bind, createRunContainer, createToken, resolveBinding, resolveBindings, resolveLayer, tokens } from '@moekit/core/di'; // prettier-ignore
import { useBackend } from '@moekit/core/testing';
import { memory, tensor2d, tidy } from '@tensorflow/tfjs-core';
import type { DependencyContainer } from 'tsyringe';
import { container as root } from 'tsyringe';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';

import lossFree from '../../../examples/router/bias-balanced.js';
import { numbers } from './gradient-check.js';
import { topTwo } from './routers/top-two.js';

const spec = { modelWidth: 4, numExperts: 3, seed: 2 };
const experts = { expertWidth: 6 };
const stats = { tokens: 2, tokensPerExpert: [2, 0, 0], selectedPairs: 2, dispatchedPairs: 2, paddedPairs: 2, tokensByExperts: [0, 2, 0, 0], nullSlots: 0, zeroComputeTokens: 0, entropy: 0, nullMass: 0, dilution: 0 }; // prettier-ignore

/** A container of its own, so that no test sees another's bindings. */
const created = () => root.createChildContainer();

const errorOf = (call: () => unknown) => {
  try {
    call();
  } catch (error) {
    return isMoekitError(error) ? `${error.code}: ${error.message}` : String(error);
  }
  return 'nothing thrown';
};

describe('the container', () => {
  let container: DependencyContainer;
  beforeAll(() => useBackend('cpu'));
  beforeEach(() => {
    container = created();
    bind(container, tokens.kernels, () => defaultKernels);
    bind(container, tokens.rng, () => createRng(spec.seed));
    bind(container, tokens.router, () => createRouter(lossFree, spec, { k: 1 }));
    bind(container, tokens.experts, (asking) => {
      const kernels = resolveBinding(asking, tokens.kernels);
      return new FeedForwardExperts({ ...spec, ...experts, kernels });
    });
  });

  it('composes a layer that computes', () => {
    const before = memory().numTensors;
    const layer = resolveLayer(container);
    expect(layer.router.name).toBe('bias-balanced');
    expect(layer.sharedExpert).toBeUndefined();
    tidy(() => {
      const x = tensor2d([[1, 2, 3, 4]]);
      const rng = resolveBinding(container, tokens.rng);
      const { output } = layer.call(x, { training: false, rng });
      expect(output.shape).toEqual([1, 4]);
    });
    layer.dispose();
    expect(memory().numTensors).toBe(before);
  });

  it("takes moekit's kernels where none are bound", () => {
    const bare = created();
    bind(bare, tokens.router, () => createRouter(topTwo, spec));
    bind(bare, tokens.experts, () => new FeedForwardExperts({ ...spec, ...experts }));
    const layer = resolveLayer(bare);
    const rng = createRng(1);
    tidy(() => {
      const { output } = layer.call(tensor2d([[1, 2, 3, 4]]), { training: false, rng });
      expect(output.shape).toEqual([1, 4]);
    });
    layer.dispose();
  });

  it('gives one run the same parts each time, and two runs different ones', () => {
    const [one, two] = [createRunContainer(container), createRunContainer(container)];
    const { router, experts: ofLayer, rng } = tokens;
    for (const token of [router, ofLayer, rng] as readonly Token<unknown>[]) {
      expect(resolveBinding(one, token)).toBe(resolveBinding(one, token));
      expect(resolveBinding(one, token)).not.toBe(resolveBinding(two, token));
    }
    [one, two].forEach((run) => resolveLayer(run).dispose());
  });

  it('keeps the state of runs apart: router bias and random stream', () => {
    const [one, two] = [createRunContainer(container), createRunContainer(container)];
    const bias = (run: DependencyContainer) =>
      numbers(resolveBinding(run, tokens.router).variables()[1] as never);
    resolveBinding(one, tokens.router).afterStep!(stats, {});
    expect(bias(one)).not.toEqual([0, 0, 0]);
    expect(bias(two)).toEqual([0, 0, 0]);
    const first = resolveBinding(one, tokens.rng).uniform();
    resolveBinding(one, tokens.rng).uniform();
    expect(resolveBinding(two, tokens.rng).uniform()).toBe(first);
    [one, two].forEach((run) => resolveLayer(run).dispose());
  });

  it('lets every binding be overridden, in a child alone', () => {
    const run = createRunContainer(container);
    const calls: string[] = [];
    const kernels: Kernels = {
      ...defaultKernels,
      groupedLinear: (...args) => {
        calls.push('groupedLinear');
        return defaultKernels.groupedLinear(...args);
      },
    };
    bind(run, tokens.kernels, () => kernels);
    bind(run, tokens.router, () => createRouter(topTwo, spec));
    bind(run, tokens.rng, () => createRng(99));
    const layer = resolveLayer(run);
    expect(layer.router.name).toBe('top-two');
    tidy(() => {
      const rng = resolveBinding(run, tokens.rng);
      layer.call(tensor2d([[1, 2, 3, 4]]), { training: false, rng });
    });
    expect(calls).toEqual(['groupedLinear', 'groupedLinear']); // the experts use them too

    const untouched = resolveLayer(createRunContainer(container));
    expect(untouched.router.name).toBe('bias-balanced');
    [layer, untouched].forEach((made) => made.dispose());
  });

  it('adds a shared expert where one is bound', () => {
    const run = createRunContainer(container);
    const one = { ...spec, ...experts, numExperts: 1 };
    bind(run, tokens.sharedExpert, () => new FeedForwardExperts(one));
    expect(resolveLayer(run).sharedExpert).toBeDefined();
  });

  it('keeps many bindings of one token, in their order, made once for each run', () => {
    const sinks = createToken<{ readonly name: string }>('test/sinks');
    expect(resolveBindings(container, sinks)).toEqual([]);
    bind(container, sinks, () => ({ name: 'log' }));
    bind(container, sinks, () => ({ name: 'screen' }));
    const [one, two] = [createRunContainer(container), createRunContainer(container)];
    expect(resolveBindings(one, sinks).map(({ name }) => name)).toEqual(['log', 'screen']);
    expect(resolveBindings(one, sinks)[0]).toBe(resolveBindings(one, sinks)[0]);
    expect(resolveBindings(one, sinks)[0]).not.toBe(resolveBindings(two, sinks)[0]);
    expect(resolveBinding(one, sinks).name).toBe('screen');
  });

  it('lets no part be bound under the token of another', () => {
    // @ts-expect-error a number is no router
    bind(container, tokens.router, () => 1);
    // @ts-expect-error random numbers are not kernels
    const kernels: Kernels = resolveBinding(container, tokens.rng);
    expect(kernels).toBeDefined();
  });

  it('takes tsyringe registrations under the tokens', () => {
    const own: Router = createRouter(topTwo, spec);
    container.register(tokens.router, { useValue: own });
    expect(resolveLayer(container).router).toBe(own);
    own.dispose();
  });

  it('names what is missing, and what is not a token', () => {
    const clock = createToken<() => number>('test/clock');
    expect(errorOf(() => resolveBinding(container, clock))).toMatch(
      /^MOE_DI_MISSING: .*test\/clock.*bind\(container, token/,
    );
    expect(errorOf(() => resolveLayer(created()))).toMatch(/^MOE_DI_MISSING: .*core\/router/);
    for (const call of [
      () => bind(container, 'router' as never, () => undefined),
      () => resolveBinding(container, undefined as never),
      () => resolveBindings(container, {} as never),
    ]) {
      expect(errorOf(call)).toMatch(/^MOE_SPEC: A part must be named by a token/);
    }
  });

  it('refuses wrong router options when the router is asked for', () => {
    bind(container, tokens.router, () => createRouter(lossFree, spec, { kk: 1 } as object));
    expect(errorOf(() => resolveLayer(container))).toMatch(/^MOE_OPTIONS: .*kk/);
  });
});

it('a parameter outlives the tidy it was made in', () => {
  const before = memory().numTensors;
  const v = tidy(() => parameter(new Float32Array([1, 2]), [2], false));
  expect([numbers(v as never), v.trainable, memory().numTensors - before]).toEqual([
    [1, 2],
    false,
    1,
  ]);
  v.dispose();
});
