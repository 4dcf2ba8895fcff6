import '@tensorflow/tfjs';
import type { RoutingStats } from '@moekit/core';
import { createRng, decodeRoutingStats, encodeRoutingStats, totalRouterLoss } from '@moekit/core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { add, memory, setBackend, tensor1d, tidy } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';

import type { MoEFactory } from '../../src/contract.js';
import { pairBatch } from '../../src/tasks/translation/batches.js';
import type { PairBatch, TranslationModelConfig } from '../../src/tasks/translation/contract.js';
import { smoothedCrossEntropy } from '../../src/tasks/translation/smoothed-cross-entropy.js';
import { createTranslationModel } from '../../src/tasks/translation/translation-model.js';
import { createTranslationTask } from '../../src/tasks/translation/translation-task.js';
import { batchGradients } from '../../src/training/batch-gradients.js';
import { nudged, tensorsDuring } from '../tiny.js';
import { top1Factory } from '../top1-router.js';
import { randomPairs, tinyTranslation, unevenBatch } from './tiny-translation.js';

beforeAll(() => setBackend(process.env['MOEKIT_TEST_BACKEND'] ?? 'cpu'));

const EPSILON = 4e-3;

const settings = {
  batchSize: 2,
  labelSmoothing: 0.1,
  beamSize: 2,
  lengthPenalty: 1,
  testSentences: 2,
};

/** Logits of the real positions as plain rows. */
function logitsOf(
  model: ReturnType<typeof createTranslationModel>,
  batch: PairBatch,
): Float32Array[] {
  return tidy(() => {
    const { logits } = model.forward(batch, { training: false });
    const values = logits.dataSync<'float32'>();
    const width = logits.shape[1];
    return Array.from({ length: logits.shape[0] }, (_, t) =>
      values.slice(t * width, (t + 1) * width),
    );
  });
}

/** The same batch with more columns of padding. */
function widened(batch: PairBatch, by: number): PairBatch {
  const widen = (ids: Int32Array) => {
    const length = ids.length / batch.size;
    const wide = new Int32Array(batch.size * (length + by));
    for (let b = 0; b < batch.size; b++) {
      wide.set(ids.subarray(b * length, (b + 1) * length), b * (length + by));
    }
    return wide;
  };
  return { ...batch, source: widen(batch.source), target: widen(batch.target) };
}

function expectSame(got: readonly Float32Array[], expected: readonly Float32Array[]): void {
  expect(got.length).toBe(expected.length);
  // float32 logits of order 1 through three layers
  got.forEach((row, t) => row.forEach((z, v) => expect(z).toBeCloseTo(expected[t]![v]!, 4)));
}

describe('gradients', () => {
  test.each<[string, Partial<TranslationModelConfig>, MoEFactory | undefined]>([
    ['a dense model', {}, undefined],
    ['an MoE layer in the encoder', {}, top1Factory()],
    ['MoE layers in both halves', { decoderMoE: true, moeEvery: 1 }, top1Factory()],
    ['dropout', { dropout: 0.3 }, undefined],
  ])('of a model with %s are slopes of the loss', (_name, change, factory) => {
    const model = createTranslationModel({ ...tinyTranslation, ...change }, factory);
    const batch = unevenBatch();
    const task = createTranslationTask(model, [] as never, settings);
    const lossAt = () =>
      tidy(() => {
        const { logits, losses } = model.forward(batch, { training: true, seed: 1 });
        const loss = smoothedCrossEntropy(logits, tensor1d(batch.labels, 'int32'), 0.1);
        return add(loss, totalRouterLoss(losses)).dataSync()[0]!;
      });
    const { gradients, report } = batchGradients(task, batch, 1);
    report.dispose();
    for (const [name, v] of model.namedVariables()) {
      const exact = gradients[v.name]!.dataSync();
      for (const i of [0, 7 % v.size, 29 % v.size]) {
        const up = nudged(v, i, EPSILON, lossAt);
        const down = nudged(v, i, -EPSILON, lossAt);
        // float32 losses near 2.5 resolve slopes to about 6e-5; curvature adds less at this step
        expect((up - down) / (2 * EPSILON), `${name}[${i}]`).toBeCloseTo(exact[i]!, 3);
      }
    }
    Object.values(gradients).forEach((g) => g.dispose());
    model.dispose();
  });
});

describe('padding', () => {
  test('changes no logit of a real token', () => {
    const model = createTranslationModel(tinyTranslation, top1Factory());
    const pairs = randomPairs([
      [5, 4],
      [2, 1],
      [1, 3],
    ]);
    const alone = pairs.flatMap((pair) => logitsOf(model, pairBatch([pair])));
    expectSame(logitsOf(model, pairBatch(pairs)), alone);
    model.dispose();
  });

  test('takes no part in routing, capacity and router losses', () => {
    const factory = top1Factory({ capacityFactor: 1 });
    const sizes = { ...tinyTranslation, decoderMoE: true, moeEvery: 1 };
    const model = createTranslationModel(sizes, factory);
    const pairs = randomPairs([
      [5, 3],
      [1, 1],
    ]);
    const pass = (batch: PairBatch) => {
      const stats: RoutingStats[] = [];
      const losses: number[] = [];
      tidy(() => {
        const { routings, tokenMasks, losses: routed } = model.forward(batch, { training: true });
        routings.forEach((routing, i) => {
          const encoded = encodeRoutingStats(routing, tokenMasks[i]);
          stats.push(decodeRoutingStats(encoded.dataSync<'float32'>()));
        });
        losses.push(...routed.map(({ value }) => value.dataSync()[0]!));
      });
      return { stats, losses };
    };
    const { stats, losses } = pass(pairBatch(pairs));
    // 6 + 2 source tokens with their ends twice, 4 + 2 target tokens with their starts
    expect(stats.map(({ tokens }) => tokens)).toEqual([8, 8, 6]);
    expect(stats.map(({ selectedPairs }) => selectedPairs)).toEqual([8, 8, 6]);
    // capacity is a share of the real tokens: 8 / 4 and 6 / 4 rounded up
    stats.forEach(({ tokensPerExpert }) =>
      expect(Math.max(...tokensPerExpert)).toBeLessThanOrEqual(2),
    );
    const again = pass(widened(pairBatch(pairs), 2));
    again.stats.forEach((layer, i) =>
      expect(layer.tokensPerExpert).toEqual(stats[i]!.tokensPerExpert),
    );
    again.losses.forEach((loss, i) => expect(loss).toBeCloseTo(losses[i]!, 5));
    model.dispose();
  });

  test('of any id is ignored', () => {
    const model = createTranslationModel(tinyTranslation);
    const batch = unevenBatch();
    const expected = logitsOf(model, batch);
    const source = batch.source.map((id) => (id === 0 ? 7 : id));
    const target = batch.target.map((id) => (id === 0 ? 7 : id));
    expectSame(logitsOf(model, { ...batch, source, target }), expected);
    model.dispose();
  });
});

test('a translation sees its whole source and no target token to come', () => {
  const model = createTranslationModel(tinyTranslation);
  const [pair] = randomPairs([[4, 4]]) as [ReturnType<typeof randomPairs>[0]];
  const before = logitsOf(model, pairBatch([pair]));
  const target = pair.target.slice();
  target[3] = target[3] === 5 ? 6 : 5;
  const later = logitsOf(model, pairBatch([{ ...pair, target }]));
  expectSame(later.slice(0, 4), before.slice(0, 4)); // the start and three tokens are as before
  expect(Math.abs(later[4]![3]! - before[4]![3]!)).toBeGreaterThan(1e-4);
  const source = pair.source.slice();
  source[3] = source[3] === 5 ? 6 : 5;
  const other = logitsOf(model, pairBatch([{ ...pair, source }]));
  expect(Math.abs(other[0]![3]! - before[0]![3]!)).toBeGreaterThan(1e-4);
  model.dispose();
});

test('decoding with a cache gives the logits of a whole pass', () => {
  const model = createTranslationModel({ ...tinyTranslation, decoderLayers: 2 }, top1Factory());
  const pairs = randomPairs([
    [5, 4],
    [2, 4],
  ]);
  const batch = pairBatch(pairs);
  const whole = logitsOf(model, batch);
  const session = model.startDecoding(batch, {});
  const length = 5;
  for (let t = 0; t < length; t++) {
    const tokens = Int32Array.from([batch.target[t]!, batch.target[length + t]!]);
    const logits = session.next(tokens);
    const rows = logits.dataSync<'float32'>();
    const width = logits.shape[1];
    expectSame([rows.slice(0, width), rows.slice(width)], [whole[t]!, whole[length + t]!]);
    logits.dispose();
  }
  session.dispose();
  model.dispose();
});

test('a beam that continues another has its cache', () => {
  const model = createTranslationModel(tinyTranslation);
  const source = pairBatch(randomPairs([[3, 1]]));
  const session = model.startDecoding(source, {});
  const next = (tokens: number[], parents?: number[]) => {
    const logits: Tensor2D = session.next(
      Int32Array.from(tokens),
      parents && Int32Array.from(parents),
    );
    const values = logits.dataSync<'float32'>();
    logits.dispose();
    return [values.slice(0, 11), values.slice(11)];
  };
  next([1, 1]);
  next([4, 5]);
  const [first, second] = next([6, 6], [1, 1]);
  expectSame([first!], [second!]);
  session.dispose();
  const whole = logitsOf(
    model,
    pairBatch([{ source: source.source.slice(0, 3), target: Int32Array.of(5, 6) }]),
  );
  expectSame([first!], [whole[2]!]);
  model.dispose();
});

describe('sizes', () => {
  test('tie one matrix for both languages and the output', () => {
    const model = createTranslationModel(tinyTranslation);
    const names = [...model.namedVariables().keys()];
    expect(names.filter((name) => name.includes('embedding'))).toEqual(['embedding.weight']);
    const [d, f] = [8, 12];
    const attention = 4 * d * d;
    const feedForward = 2 * d * f + f + d;
    const encoder = 2 * (attention + feedForward + 2 * d) + d;
    const decoder = 2 * attention + feedForward + 3 * d + d;
    expect(model.parameterCount()).toBe(11 * d + encoder + decoder);
    model.dispose();
  });

  test('that do not fit together are refused', () => {
    const build = (change: Partial<TranslationModelConfig>) =>
      createTranslationModel({ ...tinyTranslation, ...change });
    expect(() => build({ numHeads: 3 })).toThrow(
      expect.objectContaining({ code: 'MODELS_CONFIG' }),
    );
    expect(() => build({ dropout: 1 })).toThrow(expect.objectContaining({ code: 'MOE_OPTIONS' }));
  });

  test('of a sentence that is too long are refused', () => {
    const model = createTranslationModel(tinyTranslation);
    const batch = pairBatch(randomPairs([[10, 2]]));
    expect(() => model.forward(batch, { training: false })).toThrow(
      expect.objectContaining({ code: 'MODELS_TOKENS' }),
    );
    model.dispose();
  });

  test('say where experts are: every second encoder layer, the decoder only when asked', () => {
    const layers: number[] = [];
    const factory: MoEFactory = (spec) => (layers.push(spec.layer), top1Factory()(spec));
    const sizes = { ...tinyTranslation, encoderLayers: 4, decoderLayers: 2 };
    createTranslationModel(sizes, factory).dispose();
    expect(layers).toEqual([1, 3]);
    layers.length = 0;
    createTranslationModel({ ...sizes, decoderMoE: true }, factory).dispose();
    expect(layers).toEqual([1, 3, 5]);
  });
});

test('routers that look at later tokens serve the encoder and are refused in the decoder', () => {
  const factory = top1Factory({ causal: false });
  createTranslationModel(tinyTranslation, factory).dispose();
  expect(() =>
    createTranslationModel({ ...tinyTranslation, decoderMoE: true, moeEvery: 1 }, factory),
  ).toThrow(expect.objectContaining({ code: 'MOE_NOT_CAUSAL' }));
});

describe('compute', () => {
  test('is what a count by hand comes to, each half apart', () => {
    const model = createTranslationModel(tinyTranslation, top1Factory({ numExperts: 4 }));
    const { encoder, decoder } = model.flops(unevenBatch(), [8]);
    // two pairs: 5 and 4 tokens per side with padding, so 10 source rows and 8 target rows; D 8, F 12, V 11.
    // an encoder layer, per row: 2*8*24 + 2*8*8 = 512 of projections and 4*5*8 = 160 of scores and sums
    expect(encoder.attention).toBe(2 * (512 + 160) * 10);
    expect(encoder.rest).toBe(4 * 8 * 12 * 10); // one dense layer, 384 per row
    expect(encoder.router).toBe(2 * 8 * 4 * 10); // a gate of 8 x 4
    expect(encoder.experts).toBe(4 * 8 * 8 * 8); // 8 pairs, experts of width 8
    expect(encoder.total).toBe(13_440 + 3_840 + 640 + 2_048);
    // self-attention: 512 + 4*4*8 = 640 a target row
    // cross-attention: 2*8*8*2 + 4*5*8 = 416 a target row, 2*8*16 = 256 a source row
    expect(decoder.attention).toBe(640 * 8 + 416 * 8 + 256 * 10);
    expect(decoder.rest).toBe(384 * 8 + 2 * 8 * 11 * 6); // a dense layer, and 6 labels to say
    expect(decoder.total).toBe(5_120 + 3_328 + 2_560 + 3_072 + 1_056);
    expect([decoder.router, decoder.experts]).toEqual([0, 0]);
    model.dispose();
  });
});

test('weights outside the MoE layers are the same bytes under every router', () => {
  const dense = createTranslationModel(tinyTranslation);
  const routed = createTranslationModel(tinyTranslation, top1Factory());
  const others = routed.namedVariables();
  let compared = 0;
  for (const [name, v] of dense.namedVariables()) {
    const other = others.get(name);
    if (!other) continue;
    expect(other.dataSync(), name).toEqual(v.dataSync());
    compared++;
  }
  expect(compared).toBeGreaterThan(15);
  dense.dispose();
  routed.dispose();
});

test('dropout depends on the seed alone and is off outside training', () => {
  const model = createTranslationModel({ ...tinyTranslation, dropout: 0.5 });
  const batch = unevenBatch();
  const run = (training: boolean, seed: number) =>
    tidy(() => Array.from(model.forward(batch, { training, seed }).logits.dataSync()));
  expect(run(true, 1)).toEqual(run(true, 1));
  expect(run(true, 1)).not.toEqual(run(true, 2));
  expect(run(false, 1)).toEqual(run(false, 2));
  model.dispose();
});

test('nothing is left behind by a pass, a training batch, a decoding session or the model', () => {
  const before = memory().numTensors;
  const model = createTranslationModel({ ...tinyTranslation, dropout: 0.1 }, top1Factory());
  const batch = unevenBatch();
  const task = createTranslationTask(model, [] as never, settings);
  const pass = () => tidy(() => void model.forward(batch, { training: true }));
  expect(tensorsDuring(pass)).toBe(0);
  const train = () => {
    const { gradients, report } = batchGradients(task, batch, 1);
    Object.values(gradients).forEach((g) => g.dispose());
    report.dispose();
  };
  expect(tensorsDuring(train)).toBe(0);
  const decode = () => {
    const session = model.startDecoding(batch, {});
    session.next(Int32Array.of(1, 1)).dispose();
    session.next(Int32Array.of(4, 4), Int32Array.of(1, 0)).dispose();
    session.dispose();
  };
  expect(tensorsDuring(decode)).toBe(0);
  model.dispose();
  expect(memory().numTensors).toBe(before);
});

test('smoothed cross entropy is its formula', () => {
  const rng = createRng(4);
  const [tokens, vocab, smoothing] = [3, 5, 0.2];
  const rows = Array.from({ length: tokens }, () =>
    Array.from({ length: vocab }, () => 3 * rng.normal()),
  );
  const targets = [4, 0, 2];
  const expected = rows.map((row, t) => {
    const normaliser = Math.log(row.reduce((sum, z) => sum + Math.exp(z), 0));
    const logProbs = row.map((z) => z - normaliser);
    const mean = logProbs.reduce((sum, p) => sum + p, 0) / vocab;
    return -(1 - smoothing) * logProbs[targets[t]!]! - smoothing * mean;
  });
  const got = tidy(() => {
    const logits = tensor1d(rows.flat()).reshape([tokens, vocab]) as Tensor2D;
    return smoothedCrossEntropy(logits, tensor1d(targets, 'int32'), smoothing).dataSync()[0]!;
  });
  expect(got).toBeCloseTo(expected.reduce((sum, l) => sum + l, 0) / tokens, 5);
});
