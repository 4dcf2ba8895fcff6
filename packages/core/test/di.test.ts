import '@tensorflow/tfjs';
import type { Kernels, Router, TelemetrySink } from '@moekit/core';
import { createRng, createRouter, defaultKernels, FeedForwardExperts, isMoekitError, parameter } from '@moekit/core'; // prettier-ignore
import { bind, createTrialContainer, registerDefaults, resolveBinding, resolveLayer, tokens } from '@moekit/core/di'; // prettier-ignore
import { useBackend } from '@moekit/core/testing';
import { memory, tensor2d, tidy } from '@tensorflow/tfjs-core';
import type { DependencyContainer } from 'tsyringe';
import { container as root } from 'tsyringe';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';

import lossFree from '../../../examples/custom-router/router.js';
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
    registerDefaults(container, { spec, experts, router: lossFree, routerOptions: { k: 1 } });
  });

  it('composes a layer that computes', () => {
    const before = memory().numTensors;
    const layer = resolveLayer(container);
    expect(layer.router.name).toBe('loss-free');
    expect(layer.sharedExpert).toBeUndefined();
    tidy(() => {
      const x = tensor2d([[1, 2, 3, 4]]);
      const { output } = layer.call(x, { training: false, rng: resolveBinding(container, 'rng') });
      expect(output.shape).toEqual([1, 4]);
    });
    layer.dispose();
    expect(memory().numTensors).toBe(before);
  });

  it('gives one trial the same parts each time, and two trials different ones', () => {
    const [one, two] = [createTrialContainer(container), createTrialContainer(container)];
    for (const name of ['router', 'experts', 'rng'] as const) {
      expect(resolveBinding(one, name)).toBe(resolveBinding(one, name));
      expect(resolveBinding(one, name)).not.toBe(resolveBinding(two, name));
    }
    [one, two].forEach((trial) => resolveLayer(trial).dispose());
  });

  it('keeps the state of trials apart: router bias and random stream', () => {
    const [one, two] = [createTrialContainer(container), createTrialContainer(container)];
    const bias = (trial: DependencyContainer) =>
      numbers(resolveBinding(trial, 'router').variables()[1] as never);
    resolveBinding(one, 'router').afterStep!(stats);
    expect(bias(one)).not.toEqual([0, 0, 0]);
    expect(bias(two)).toEqual([0, 0, 0]);
    const first = resolveBinding(one, 'rng').uniform();
    resolveBinding(one, 'rng').uniform();
    expect(resolveBinding(two, 'rng').uniform()).toBe(first);
    [one, two].forEach((trial) => resolveLayer(trial).dispose());
  });

  it('lets every binding be overridden, in a child alone', () => {
    const trial = createTrialContainer(container);
    const calls: string[] = [];
    const kernels: Kernels = {
      ...defaultKernels,
      groupedLinear: (...args) => {
        calls.push('groupedLinear');
        return defaultKernels.groupedLinear(...args);
      },
    };
    const sink: TelemetrySink = { record: ({ layer }) => void calls.push(`layer ${layer}`) };
    bind(trial, 'kernels', () => kernels);
    bind(trial, 'router', () => createRouter(topTwo, spec));
    bind(trial, 'telemetrySink', () => sink);
    bind(trial, 'rng', () => createRng(99));
    bind(trial, 'dataSource', () => ({ name: 'three numbers', batches: () => [1, 2, 3] }));
    const layer = resolveLayer(trial);
    expect(layer.router.name).toBe('top-two');
    tidy(() => {
      layer.call(tensor2d([[1, 2, 3, 4]]), {
        training: false,
        rng: resolveBinding(trial, 'rng'),
      });
    });
    expect(calls).toEqual(['groupedLinear', 'groupedLinear']); // the default experts use them too
    resolveBinding(trial, 'telemetrySink').record({ layer: 1, step: 0, stats });
    expect(calls.at(-1)).toBe('layer 1');
    const source = resolveBinding(trial, 'dataSource');
    expect([...source.batches('train', createRng(1))]).toEqual([1, 2, 3]);
    expect(resolveBinding(trial, 'rng').uniform()).toBe(createRng(99).uniform());

    const untouched = resolveLayer(createTrialContainer(container));
    expect(untouched.router.name).toBe('loss-free');
    [layer, untouched].forEach((made) => made.dispose());
  });

  it('adds a shared expert where one is bound', () => {
    const trial = createTrialContainer(container);
    bind(
      trial,
      'sharedExpert',
      () => new FeedForwardExperts({ ...spec, ...experts, numExperts: 1 }),
    );
    expect(resolveLayer(trial).sharedExpert).toBeDefined();
  });

  it('takes tsyringe registrations under the typed tokens', () => {
    const own: Router = createRouter(topTwo, spec);
    container.register(tokens.router, { useValue: own });
    expect(resolveLayer(container).router).toBe(own);
    own.dispose();
  });

  it('names what is missing', () => {
    expect(errorOf(() => resolveBinding(container, 'dataSource'))).toMatch(
      /^MOE_DI_MISSING: .*dataSource.*bind\(container, 'dataSource'/,
    );
    expect(errorOf(() => resolveLayer(created()))).toMatch(/^MOE_DI_MISSING: .*router/);
  });

  it('refuses wrong router options when the router is asked for', () => {
    registerDefaults(container, { spec, experts, router: lossFree, routerOptions: { kk: 1 } });
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
