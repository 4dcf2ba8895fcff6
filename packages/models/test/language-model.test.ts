import '@tensorflow/tfjs';
import { FeedForwardExperts, MoELayer, isMoekitError } from '@moekit/core';
import { backend, memory, setBackend, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';

import type { LanguageModel, LanguageModelConfig } from '../src/contract.js';
import { createLanguageModel } from '../src/transformer/language-model.js';
import { randomInput, randomTokens, tensorsDuring, tinyConfig } from './tiny.js';
import { top1Factory } from './top1-router.js';

beforeAll(() => setBackend(process.env['MOEKIT_TEST_BACKEND'] ?? 'cpu'));

function using<Result>(model: LanguageModel, use: (model: LanguageModel) => Result): Result {
  try {
    return use(model);
  } finally {
    model.dispose();
  }
}

function logitsOf(model: LanguageModel, tokens: Int32Array, length = 6): Float32Array {
  return tidy(() => {
    const input = tensor2d(tokens, [tokens.length / length, length], 'int32');
    const { logits } = model.forward(input, { training: false, dropFree: true });
    return logits.dataSync<'float32'>();
  });
}

function codeOf(use: () => unknown): string | undefined {
  try {
    use();
  } catch (error) {
    return isMoekitError(error) ? error.code : String(error);
  }
  return undefined;
}

describe('causality', () => {
  test.each([
    ['a dense model', undefined],
    ['a model with capacity-limited routing, drop-free', top1Factory({ capacityFactor: 0.5 })],
  ])('later tokens change nothing earlier in %s', (_name, factory) => {
    using(createLanguageModel({ ...tinyConfig, moeEvery: 1 }, factory), (model) => {
      const tokens = randomTokens(6);
      const changed = tokens.map((id, i) => (i < 3 ? id : (id + 5) % 11));
      const [before, after] = [logitsOf(model, tokens), logitsOf(model, changed)];
      expect(after.slice(0, 33)).toEqual(before.slice(0, 33));
      expect(after.slice(33)).not.toEqual(before.slice(33));
    });
  });

  test('sequences of a batch do not see each other', () => {
    using(createLanguageModel(tinyConfig), (model) => {
      const [a, b] = [randomTokens(6, 11, 1), randomTokens(6, 11, 2)];
      const both = logitsOf(model, Int32Array.from([...a, ...b]));
      logitsOf(model, b).forEach((value, i) => expect(both[66 + i]).toBeCloseTo(value, 5));
    });
  });

  test('a router that is not causal is refused unless allowed', () => {
    const factory = top1Factory({ causal: false });
    expect(codeOf(() => createLanguageModel(tinyConfig, factory))).toBe('MOE_NOT_CAUSAL');
    createLanguageModel({ ...tinyConfig, allowNonCausal: true }, factory).dispose();
  });
});

describe('weights', () => {
  const outside = (model: LanguageModel) =>
    [...model.namedVariables()].filter(([name]) => !/^layers\.1\.(moe|feedForward\.\d)/.test(name));

  test('are the same outside the MoE layers, whatever the router', () => {
    const models = [undefined, top1Factory(), top1Factory({ numExperts: 2, noise: 1 })].map(
      (factory) => createLanguageModel(tinyConfig, factory),
    );
    const [dense, ...others] = models.map((model) =>
      outside(model).map(([name, v]) => [name, Array.from(v.dataSync())]),
    );
    for (const other of others) expect(other).toEqual(dense);
    expect(dense!.length).toBe(14);
    models.forEach((model) => model.dispose());
  });

  test('differ from seed to seed and from layer to layer', () => {
    const values = (seed: number, name: string) =>
      using(createLanguageModel({ ...tinyConfig, seed }), (model) =>
        Array.from(model.namedVariables().get(name)!.dataSync()),
      );
    const weight = 'layers.0.attention.input.weight';
    expect(values(1, weight)).not.toEqual(values(2, weight));
    expect(values(1, weight)).not.toEqual(values(1, 'layers.1.attention.input.weight'));
    expect(values(1, 'embedding.weight')).not.toEqual(values(2, 'embedding.weight'));
  });

  test('are named by what they are', () => {
    using(createLanguageModel({ ...tinyConfig, positions: 'learned' }, top1Factory()), (model) => {
      const names = [...model.namedVariables()].map(([name, v]) => `${name} [${v.shape}]`);
      expect(names).toEqual([
        'embedding.weight [11,8]',
        'positions.weight [6,8]',
        'layers.0.attention.norm.gain [8]',
        'layers.0.attention.input.weight [8,24]',
        'layers.0.attention.output.weight [8,8]',
        'layers.0.feedForward.norm.gain [8]',
        'layers.0.feedForward.0.weight [1,8,12]',
        'layers.0.feedForward.1.weight [1,12,8]',
        'layers.0.feedForward.2.bias [1,12]',
        'layers.0.feedForward.3.bias [1,8]',
        'layers.1.attention.norm.gain [8]',
        'layers.1.attention.input.weight [8,24]',
        'layers.1.attention.output.weight [8,8]',
        'layers.1.feedForward.norm.gain [8]',
        'layers.1.moe.router.0.weight [8,4]',
        'layers.1.moe.experts.0.weight [4,8,8]',
        'layers.1.moe.experts.1.weight [4,8,8]',
        'layers.1.moe.experts.2.bias [4,8]',
        'layers.1.moe.experts.3.bias [4,8]',
        'norm.gain [8]',
      ]);
      const dense = 88 + 48 + 8 + (8 + 192 + 64 + 8) * 2 + 212;
      expect(model.parameterCount()).toBe(dense + 32 + 4 * (64 + 64 + 8 + 8));
    });
  });

  test('are all freed by dispose', () => {
    expect(tensorsDuring(() => createLanguageModel(tinyConfig, top1Factory()).dispose())).toBe(0);
  });
});

describe('forward', () => {
  test('gives logits in batch-major order, a routing per MoE layer, and nothing else', () => {
    using(createLanguageModel({ ...tinyConfig, moeEvery: 1 }, top1Factory()), (model) => {
      const input = randomInput(2, 4);
      const before = memory().numTensors;
      const result = model.forward(input, { training: true, seed: 1 });
      expect(result.logits.shape).toEqual([8, 11]);
      expect(result.routings.map(({ dispatchMask }) => dispatchMask.shape)).toEqual([
        [8, 4],
        [8, 4],
      ]);
      expect(result.losses).toHaveLength(2);
      // logits; per layer logits, probs, combine weights, one mask under two names, and a loss
      expect(memory().numTensors - before).toBe(1 + 2 * 5);
    });
  });

  // as computed before the layers were taken out of the language model
  test.each([
    ['rotary', [-0.10678138, 0.0207567, -0.00082156, -0.0145818, -0.08414964]],
    ['learned', [-0.04518728, 0.06530401, 0.01867633, -0.04557871, -0.11773453]],
  ] as const)('computes what it always did with %s positions', (positions, expected) => {
    using(createLanguageModel({ ...tinyConfig, positions }, top1Factory()), (model) => {
      const logits = tidy(() =>
        model.forward(randomInput(1, 6), { training: false }).logits.dataSync(),
      );
      expected.forEach((value, i) => expect(logits[55 + i]).toBeCloseTo(value, 6));
    });
  });

  test('draws router noise from the seed, step by step and layer by layer', () => {
    const factory = top1Factory({ noise: 1 });
    using(createLanguageModel({ ...tinyConfig, moeEvery: 1 }, factory), (model) => {
      const logits = (seed: number, training = true) =>
        tidy(() => {
          const { routings } = model.forward(randomInput(1, 6), { training, seed });
          return routings.map((routing) => Array.from(routing.logits.dataSync()));
        });
      expect(logits(1)).toEqual(logits(1));
      expect(logits(1)).not.toEqual(logits(2));
      expect(logits(1, false)).toEqual(logits(2, false));
    });
  });

  test('refuses tokens of another shape or type', () => {
    using(createLanguageModel(tinyConfig), (model) => {
      const forward = (length: number, dtype: 'int32' | 'float32') => () =>
        tidy(() => {
          const input = tensor2d(randomTokens(length), [1, length], dtype);
          return model.forward(input, { training: false }).logits;
        });
      expect(codeOf(forward(7, 'int32'))).toBe('MODELS_TOKENS');
      expect(codeOf(forward(3, 'float32'))).toBe('MODELS_TOKENS');
      expect(codeOf(forward(3, 'int32'))).toBeUndefined();
      if (onGpu()) return; // gives zeros instead
      const unknown = () =>
        tidy(() => model.forward(tensor2d([[11]], [1, 1], 'int32'), { training: false }).logits);
      expect(codeOf(unknown)).toBe('MODELS_TOKENS');
    });
  });
});

function onGpu(): boolean {
  return Boolean((backend() as unknown as { isUsingGpuDevice?: boolean }).isUsingGpuDevice);
}

test.each<[string, Partial<LanguageModelConfig>, string]>([
  ['heads that do not divide the width', { numHeads: 3 }, 'MODELS_CONFIG'],
  ['heads of odd width', { numHeads: 8 }, 'MODELS_CONFIG'],
  ['no layers', { numLayers: 0 }, 'MOE_OPTIONS'],
  ['half a layer', { numLayers: 1.5 }, 'MOE_OPTIONS'],
  ['an unknown activation', { activation: 'tanh' as 'relu' }, 'MOE_OPTIONS'],
  ['a misspelt option', { layers: 2 } as object, 'MOE_OPTIONS'],
])('a config with %s is refused', (_name, change, code) => {
  expect(codeOf(() => createLanguageModel({ ...tinyConfig, ...change }))).toBe(code);
});

test('flops per token are the products counted by hand', () => {
  const config = { ...tinyConfig, activation: 'relu' as const };
  using(createLanguageModel(config, top1Factory()), (model) => {
    // D 8, L 6, V 11, dense width 12, expert width 8, 4 experts; a multiply and an add are two
    const attention = 2 * (2 * 8 * 24 + 2 * 8 * 8 + 2 * 6 * 8 + 2 * 6 * 8);
    const [router, experts, rest] = [2 * 8 * 4, 1.5 * (2 * 8 * 8 * 2), 2 * 8 * 12 * 2 + 2 * 8 * 11];
    const total = attention + router + experts + rest;
    expect(model.flopsPerToken([1.5])).toEqual({ router, experts, attention, rest, total });
  });
});

test('a shared expert counts as computed for every token', () => {
  const factory = top1Factory();
  const shared = (spec: Parameters<typeof factory>[0]) => {
    const { router, experts } = factory(spec);
    const options = { modelWidth: 8, expertWidth: 4, numExperts: 1, seed: 1 };
    return new MoELayer({ router, experts, sharedExpert: new FeedForwardExperts(options) });
  };
  using(createLanguageModel(tinyConfig, shared), (model) => {
    expect(model.flopsPerToken([0]).experts).toBe(4 * 8 * 4);
  });
});
