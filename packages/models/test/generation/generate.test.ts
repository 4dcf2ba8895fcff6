import '@tensorflow/tfjs';
import { memory, setBackend, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';

import type { LanguageModel } from '../../src/contract.js';
import type { GenerateOptions } from '../../src/generation/generate.js';
import { generate } from '../../src/generation/generate.js';
import { createLanguageModel } from '../../src/transformer/language-model.js';
import { randomTokens, tinyConfig } from '../tiny.js';
import { top1Factory } from '../top1-router.js';

beforeAll(() => setBackend(process.env['MOEKIT_TEST_BACKEND'] ?? 'cpu'));

const LENGTH = 6;
const models = [
  ['a dense model', () => createLanguageModel(tinyConfig)],
  ['learned positions', () => createLanguageModel({ ...tinyConfig, positions: 'learned' })],
  [
    'a model of experts with capacity',
    () => createLanguageModel({ ...tinyConfig, moeEvery: 1 }, top1Factory({ capacityFactor: 0.5 })),
  ],
] as const;

async function using(make: () => LanguageModel, use: (model: LanguageModel) => Promise<void>) {
  const model = make();
  try {
    await use(model);
  } finally {
    model.dispose();
  }
}

async function all(model: LanguageModel, prompt: number[], options: GenerateOptions) {
  const tokens: number[] = [];
  for await (const token of generate(model, prompt, options)) tokens.push(token);
  return tokens;
}

describe.each(models)('%s', (_, make) => {
  test.each([[[6]], [[1, 1, 1, 1, 1, 1]], [[3, 2, 1]], [[1, 4, 1]]])(
    'reads %j tokens at a time as it reads all at once',
    async (parts) => {
      await using(make, async (model) => {
        const [batch, vocab] = [2, tinyConfig.vocabSize];
        const tokens = randomTokens(batch * LENGTH);
        const whole = tidy(() =>
          model
            .forward(tensor2d(tokens, [batch, LENGTH], 'int32'), {
              training: false,
              dropFree: true,
            })
            .logits.dataSync<'float32'>(),
        );
        const session = model.startReading(batch);
        let read = 0;
        for (const n of parts) {
          const next = [0, 1].flatMap((b) => [
            ...tokens.slice(b * LENGTH + read, b * LENGTH + read + n),
          ]);
          const logits = tidy(() => session.read(Int32Array.from(next)).dataSync<'float32'>());
          read += n;
          expect(session.position).toBe(read);
          [0, 1].forEach((b) => {
            const at = (b * LENGTH + read - 1) * vocab;
            const expected = whole.slice(at, at + vocab);
            logits.slice(b * vocab, (b + 1) * vocab).forEach((value, v) => {
              expect(value).toBeCloseTo(expected[v]!, 5);
            });
          });
        }
        session.dispose();
      });
    },
  );

  test('generates the same with and without a cache, also once the context is full', async () => {
    await using(make, async (model) => {
      const before = memory().numTensors;
      for (const temperature of [0, 1]) {
        const options = { maxTokens: 3 * LENGTH, temperature, seed: 3 };
        const cached = await all(model, [1, 2], options);
        expect(cached).toHaveLength(3 * LENGTH);
        expect(await all(model, [1, 2], { ...options, cache: false })).toEqual(cached);
      }
      expect(memory().numTensors).toBe(before);
    });
  });
});

test('a context of one token is read again for each', async () => {
  const make = () => createLanguageModel({ ...tinyConfig, contextLength: 1 });
  await using(make, async (model) => {
    const options = { maxTokens: 4, temperature: 0 };
    const tokens = await all(model, [1, 2, 3], options);
    expect(tokens).toHaveLength(4);
    expect(await all(model, [3], { ...options, cache: false })).toEqual(tokens);
    expect(await all(model, [3, tokens[0]!], options)).toEqual([
      ...tokens.slice(1),
      expect.anything(),
    ]);
  });
});

test("a router's noise at evaluation differs from token to token, and not from run to run", async () => {
  const drawn: number[] = [];
  const factory = top1Factory();
  const model = createLanguageModel({ ...tinyConfig, moeEvery: 1 }, (spec) => {
    const layer = factory(spec);
    const route = layer.router.route.bind(layer.router);
    layer.router.route = (x, context) => {
      drawn.push(context.rng.fork('noise').uniform());
      return route(x, context);
    };
    return layer;
  });
  const options = { maxTokens: 3, temperature: 0 };
  await all(model, [1, 2], options);
  const first = drawn.splice(0);
  expect(new Set(first).size).toBe(3 * tinyConfig.numLayers);
  await all(model, [1, 2], options);
  expect(drawn).toEqual(first);
  model.dispose();
});

test('stops before a stop token, after maxTokens, and where the loop is left', async () => {
  await using(models[0][1], async (model) => {
    const before = memory().numTensors;
    const whole = await all(model, [5], { maxTokens: 5, temperature: 0 });
    const stop = whole.at(-1)!;
    const options = { maxTokens: 5, temperature: 0, stop: [stop] };
    expect(await all(model, [5], options)).toEqual(whole.slice(0, whole.indexOf(stop)));
    expect(await all(model, [5], { maxTokens: 0 })).toEqual([]);
    for await (const token of generate(model, [5])) {
      expect(token).toBeGreaterThanOrEqual(0);
      break;
    }
    expect(memory().numTensors).toBe(before);
  });
});

test.each([
  [[], {}, 'MODELS_TOKENS'],
  [[-1], {}, 'MODELS_TOKENS'],
  [[tinyConfig.vocabSize], {}, 'MODELS_TOKENS'],
  [[1.5], {}, 'MODELS_TOKENS'],
  [undefined as never, {}, 'MODELS_TOKENS'],
  [[1], { temperature: -1 }, 'MOE_OPTIONS'],
  [[1], { topP: 0 }, 'MOE_OPTIONS'],
  [[1], { topk: 3 }, 'MOE_OPTIONS'],
])('refuses prompt %j with %j', async (prompt, options, code) => {
  await using(models[0][1], async (model) => {
    await expect(all(model, prompt, options as never)).rejects.toMatchObject({ code });
  });
});

test('a session refuses more than the context holds, and uneven batches', async () => {
  await using(models[0][1], async (model) => {
    const session = model.startReading(2);
    const { contextLength } = tinyConfig;
    for (const n of [0, 3, 2 * contextLength + 2]) {
      expect(() => session.read(new Int32Array(n))).toThrow(/MODELS_TOKENS|tokens/);
    }
    session.dispose();
  });
});

test('the rest of the program has its turn while a text is written', async () => {
  await using(models[0][1], async (model) => {
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    for await (const token of generate(model, [1], { maxTokens: 200 })) void token;
    clearInterval(timer);
    expect(turns).toBeGreaterThan(1);
  });
});
