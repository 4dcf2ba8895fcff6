import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { describe, expect, test } from 'vitest';

import { dispatchPlan, explainPlan } from '../src/index.js';
import { hasNativeOperations } from '../src/backends/tensorflow/native.js';

const widths = { modelWidth: 32, expertWidth: 16 };
const skewed = () => dispatchPlan(tf.tensor2d([1, 0, 1, 1, 1, 0], [3, 2])); // 3 and 1 rows

describe('explainPlan', () => {
  test.each([
    ['cpu', 'row by row'],
    ['wasm', 'SIMD tiles per expert, build'],
  ])('%s has one way, and says which', async (backend, algorithm) => {
    await tf.setBackend(backend);
    const { products, ...facts } = explainPlan(skewed(), widths);
    expect(facts).toEqual({ backend, rows: 4, imbalance: 1.5 });
    expect(products.map(({ product }) => product)).toEqual(['up', 'down', 'weight gradient']);
    for (const product of products) {
      expect(product.algorithm).toContain(algorithm);
      expect(product.considered).toEqual([]);
    }
  });

  test('a plan without rows is balanced', async () => {
    await tf.setBackend('cpu');
    expect(explainPlan(dispatchPlan(tf.zeros([2, 2])), widths).imbalance).toBe(1);
  });

  test.skipIf(process.env['MOEKIT_TEST_BACKEND_DIR'] === undefined)(
    'tensorflow has its own operation, or weighs three, the chosen one first, and gives its numbers',
    async () => {
      await tf.setBackend('tensorflow');
      if (hasNativeOperations(tf.backend())) {
        const { products } = explainPlan(skewed(), widths);
        for (const { algorithm, considered } of products) {
          expect(algorithm).toBe("moekit's own operation");
          expect(considered).toEqual([]);
        }
        const rounded = explainPlan(skewed(), { ...widths, precision: 'bf16' }).products;
        expect(rounded.map(({ reason }) => reason.startsWith('in bf16; '))).toEqual([true, true, false]); // prettier-ignore
        expect(rounded[2]!.algorithm).toBe("moekit's own operation");
        return;
      }
      for (const { algorithm, considered, reason } of explainPlan(skewed(), widths).products) {
        expect(considered).toHaveLength(3);
        expect(considered[0]!.algorithm).toBe(algorithm);
        expect(considered[0]!.seconds).toBe(Math.min(...considered.map(({ seconds }) => seconds)));
        expect(reason).toMatch(/^[\w-]+: [\d.e-]+ ms expected, \d+% more rows, \d+ launches;/);
      }
    },
  );
});
