import { createRng, normalArray } from '@moekit/core';
import { tensor1d, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';

import { cutsOnDevice, cutsOnHost } from '../../src/pieces/exact-cuts.js';
import { onEachBackend } from '../backends.js';
import { numbers } from '../gradient-check.js';

const EXPERTS = 6;
const real = Float32Array.from({ length: 40 }, (_, t) => +(t % 4 !== 2)); // 30 of them

onEachBackend('cuts by operations and on the host', () => {
  it.each([1, 7, 29, 30])('are the same bytes, %i rows of 30 inside', (wanted) => {
    const values = normalArray(createRng(wanted), 40 * EXPERTS);
    values.fill(0.25, 0, 4 * EXPERTS); // some ties
    tidy(() => {
      const needed = tensor2d(values, [40, EXPERTS]);
      const masked = { wanted, tokens: 30, tokenMask: tensor1d(real) };
      expect(numbers(cutsOnHost(needed, masked))).toEqual(numbers(cutsOnDevice(needed, masked)));
      const whole = { wanted, tokens: 40 };
      expect(numbers(cutsOnHost(needed, whole))).toEqual(numbers(cutsOnDevice(needed, whole)));
    });
  });
});
