import '@tensorflow/tfjs';
import { encodeLabels, labelInformation, utilisation } from '@moekit/core';
import { tensor1d, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';

import { onEachBackend } from '../backends.js';

onEachBackend('pairs by expert and label', () => {
  it('counts what was dispatched, padding apart', () => {
    tidy(() => {
      const dispatchMask = tensor2d([1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0], [4, 3]); // token 2 is padding
      const counts = encodeLabels({ dispatchMask }, tensor1d([1, 0, 1, 1], 'int32'), 2);
      expect(counts.shape).toEqual([3, 2]);
      expect([...counts.dataSync()]).toEqual([0, 1, 1, 2, 0, 0]);
    });
  });

  it('one label is a count of all', () => {
    tidy(() => {
      const dispatchMask = tensor2d([1, 1, 0, 1], [2, 2]);
      const counts = encodeLabels({ dispatchMask }, tensor1d([0, 0], 'int32'), 1);
      expect([...counts.dataSync()]).toEqual([1, 2]);
    });
  });

  it('refuses labels of other tokens, or that are not whole numbers', () => {
    tidy(() => {
      const dispatchMask = tensor2d([1, 0], [2, 1]);
      expect(() => encodeLabels({ dispatchMask }, tensor1d([1], 'int32'), 2)).toThrow(/labels/);
      expect(() => encodeLabels({ dispatchMask }, tensor1d([1, 0]), 2)).toThrow(/int32/);
    });
  });
});

it('says 1 where the expert tells the label, 0 where it tells nothing', () => {
  expect(labelInformation([[4, 0], [0, 9]])).toBeCloseTo(1, 12); // prettier-ignore
  expect(labelInformation([[4, 0], [2, 0], [0, 6], [0, 1]])).toBeCloseTo(1, 12); // prettier-ignore
  expect(labelInformation([[4, 8], [3, 6]])).toBeCloseTo(0, 12); // prettier-ignore
  expect(labelInformation([[4, 0], [3, 0]])).toBe(0); // prettier-ignore
  expect(labelInformation([[4, 3], [0, 0]])).toBe(0); // prettier-ignore
  expect(labelInformation([[0, 0], [0, 0]])).toBe(0); // prettier-ignore
});

it('has the value of the formula in between', () => {
  // p = [[1/2, 1/4], [0, 1/4]]: H(E) = H(3/4, 1/4), H(L) = ln 2, H(E,L) = H(1/2, 1/4, 1/4) = 1.5 ln 2
  const ofExperts = -0.75 * Math.log(0.75) - 0.25 * Math.log(0.25);
  const expected = (ofExperts + Math.LN2 - 1.5 * Math.LN2) / ofExperts;
  expect(labelInformation([[2, 1], [0, 1]])).toBeCloseTo(expected, 12); // prettier-ignore
});

it('utilisation is the share of experts with at least half of an even load', () => {
  const stats = {
    tokens: 8,
    tokensPerExpert: [4, 3, 1, 0],
    selectedPairs: 8,
    dispatchedPairs: 8,
    paddedPairs: 8,
    tokensByExperts: [0, 8, 0, 0, 0],
    nullSlots: 0,
    zeroComputeTokens: 0,
    entropy: 1,
    nullMass: 0,
    dilution: 0,
  };
  expect(utilisation(stats)).toBe(0.75); // 2 is even, 1 is half of it
  expect(utilisation(stats, 1)).toBe(0.5);
  expect(utilisation({ ...stats, tokensPerExpert: [0, 0, 0, 0], dispatchedPairs: 0 })).toBe(0);
});
