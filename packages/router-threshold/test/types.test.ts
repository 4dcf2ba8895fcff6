import { createRouter } from '@moekit/core';
import { expectTypeOf, it } from 'vitest';

import type { ThresholdInput, ThresholdOptions } from '../src/index.js';
import { thresholdRouter } from '../src/index.js';

const spec = { modelWidth: 4, numExperts: 2, seed: 1 };

it("options are completed and checked from the package's own types", () => {
  expectTypeOf<ThresholdInput['threshold']>().toEqualTypeOf<number | undefined>();
  expectTypeOf<ThresholdOptions['threshold']>().toEqualTypeOf<number>();
  expectTypeOf<ThresholdOptions['evalCapacityFactor']>().toEqualTypeOf<number | null>();
  expectTypeOf<keyof ThresholdInput>().toEqualTypeOf<
    | 'threshold'
    | 'within'
    | 'normalise'
    | 'capacityFactor'
    | 'evalCapacityFactor'
    | 'minCapacity'
    | 'balanceCoefficient'
    | 'balanceScope'
    | 'balanceWindow'
  >();
  const unused = () => {
    createRouter(thresholdRouter, spec, { threshold: 0.8 });
    // @ts-expect-error a misspelt option
    createRouter(thresholdRouter, spec, { treshold: 0.8 });
    // @ts-expect-error text for a number
    createRouter(thresholdRouter, spec, { threshold: '0.8' });
  };
  expectTypeOf(unused).toBeFunction();
});
