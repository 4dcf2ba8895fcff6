import type { Routing } from '@moekit/core';
import {
  createRng,
  decodeRoutingStats,
  encodeRoutingStats,
  summariseRouting,
  uniformArray,
} from '@moekit/core';
import { useBackend } from '@moekit/core/testing';
import { registerTrainingKernels } from '@moekit/kernels/nn';
import { memory, tensor1d, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';

import { backends, onEachBackend } from '../backends.js';
import { expectClose } from '../gradient-check.js';

/** Three tokens and a padded one, two experts, two zero-compute slots; token 2 reaches no real expert. */
const example = (): Routing => ({
  combineWeights: tensor2d([0.5, 0, 0.2, 0.2, 0, 0, 0, 0], [4, 2]),
  dispatchMask: tensor2d([1, 0, 1, 1, 0, 0, 0, 0], [4, 2]),
  selectionMask: tensor2d([1, 1, 1, 1, 0, 0, 0, 0], [4, 2]),
  logits: tensor2d([0, 0, 0, 0, 0, 0, 0, 0], [4, 2]),
  probs: tensor2d([0.5, 0.5, 0.4, 0.4, 0.1, 0.1, 0.9, 0.1], [4, 2]),
  losses: [],
  zeroCompute: {
    mass: tensor1d([0, 0.2, 0.8, 0]),
    slots: tensor1d([0, 0, 2, 0]),
    copyWeight: tensor1d([0.5, 0, 0.8, 0]),
  },
});

const read = (routing: () => Routing, mask?: number[]) => {
  let values = new Float32Array();
  tidy(() => {
    const tokenMask = mask && tensor1d(mask);
    values = encodeRoutingStats(routing(), tokenMask).dataSync<'float32'>().slice();
  });
  return decodeRoutingStats(values);
};

onEachBackend('routing statistics', () => {
  beforeAll(() => registerTrainingKernels()); // one operation where there is one

  it('count tokens, pairs and slots, padding aside', () => {
    const before = memory().numTensors;
    const stats = read(example, [1, 1, 1, 0]);
    expect(stats).toMatchObject({
      tokens: 3,
      tokensPerExpert: [2, 1],
      selectedPairs: 4,
      dispatchedPairs: 3,
      paddedPairs: 3,
      tokensByExperts: [1, 1, 1],
      nullSlots: 2,
      zeroComputeTokens: 1,
    });
    // probabilities over real experts are even in all three tokens; dilution 0.5/1, 0/0.4, 0.8/0.8
    expectClose([stats.entropy, stats.nullMass, stats.dilution], [Math.log(2), 1 / 3, 0.5]);
    expect(memory().numTensors).toBe(before);
  });

  it('of a plain router have no null share, and their entropy is that of its rows', () => {
    const { zeroCompute: _zero, selectionMask: _wanted, ...plain } = example();
    const stats = read(() => ({
      ...plain,
      probs: tensor2d([0.9, 0.1, 0.5, 0.5], [2, 2]),
      dispatchMask: tensor2d([1, 0, 1, 0], [2, 2]),
    }));
    const entropy = -(0.9 * Math.log(0.9) + 0.1 * Math.log(0.1));
    expectClose([stats.entropy], [(entropy + Math.log(2)) / 2]);
    expect(stats).toMatchObject({ nullSlots: 0, nullMass: 0, dilution: 0, selectedPairs: 2 });
  });

  it('count the rows that padding to a capacity would compute', () => {
    const { paddedPairs, tokensByExperts } = read(() => ({ ...example(), capacity: 3 }));
    expect(paddedPairs).toBe(6);
    expect(tokensByExperts).toEqual([2, 1, 1]);
  });

  it('of a batch of padding are zeros', () => {
    const stats = read(
      () => ({ ...example(), dispatchMask: tensor2d(new Float32Array(8), [4, 2]) }),
      [0, 0, 0, 0],
    );
    expect(stats).toMatchObject({ tokens: 0, entropy: 0, nullMass: 0, zeroComputeTokens: 0 });
  });
});

it('many tokens come to the same on every backend, whatever a routing leaves out', async () => {
  const [tokens, experts] = [203, 5]; // more than a task of the native operation takes
  const rng = createRng(1);
  const draw = (label: string, size: number) => uniformArray(rng.fork(label), size, 0, 1);
  const share = draw('mask', tokens * experts).map((x) => (x < 0.3 ? 1 : 0));
  const present = Array.from(draw('present', tokens), (x) => (x < 0.9 ? 1 : 0));
  const mask = share.map((x, i) => x * present[Math.floor(i / experts)]!);
  const scores = draw('probs', tokens * experts);
  const whole = (): Routing => {
    const probs = tensor2d(scores, [tokens, experts]);
    const dispatchMask = tensor2d(mask, [tokens, experts]);
    const combineWeights = tensor2d(
      mask.map((x, i) => x * scores[i]!),
      [tokens, experts],
    );
    const zeroCompute = {
      mass: tensor1d(draw('mass', tokens)),
      slots: tensor1d(draw('slots', tokens).map((x) => Math.floor(4 * x))),
      copyWeight: tensor1d(draw('copies', tokens)),
    };
    const selectionMask = tensor2d(share, [tokens, experts]);
    const routing = { combineWeights, dispatchMask, selectionMask, probs, logits: probs };
    return { ...routing, losses: [], zeroCompute };
  };
  const plain = (): Routing => {
    const { zeroCompute: _zero, selectionMask: _wanted, ...rest } = whole();
    return { ...rest, capacity: 7 };
  };
  const [expected, found] = [[], []] as [unknown[], unknown[]];
  for (const [i, backend] of backends.entries()) {
    await useBackend(backend);
    registerTrainingKernels();
    const stats = [read(whole, present), read(whole), read(plain, present), read(plain)];
    [expected, found][i]!.push(...stats);
  }
  expected.forEach((stats, i) => {
    const [a, b] = [stats, found[i]].map((s) => Object.values(s as object).flat() as number[]);
    expectClose(b!, a!);
  });
});

it('the summary follows from the counts', () => {
  const stats = {
    tokens: 4,
    tokensPerExpert: [3, 1],
    selectedPairs: 8,
    dispatchedPairs: 4,
    paddedPairs: 16,
    tokensByExperts: [0, 4, 0],
    nullSlots: 8,
    zeroComputeTokens: 0,
    entropy: 1.5,
    nullMass: 0,
    dilution: 0.25,
  };
  expect(summariseRouting(stats)).toEqual({
    expertsPerToken: 1,
    droppedShare: 0.5,
    nullShare: 0.5,
    zeroComputeShare: 0,
    paddingShare: 0.75,
    maxViolation: 0.5,
    entropy: 1.5,
    dilution: 0.25,
  });
  const nothing = {
    ...stats,
    tokens: 0,
    tokensPerExpert: [0, 0],
    selectedPairs: 0,
    dispatchedPairs: 0,
    paddedPairs: 0,
    nullSlots: 0,
    entropy: 0,
    dilution: 0,
  };
  expect(summariseRouting(nothing)).toEqual({
    expertsPerToken: 0,
    droppedShare: 0,
    nullShare: 0,
    zeroComputeShare: 0,
    paddingShare: 0,
    maxViolation: 0,
    entropy: 0,
    dilution: 0,
  });
});
