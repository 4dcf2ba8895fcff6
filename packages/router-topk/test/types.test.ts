import { createRouter } from '@moekit/core';
import { expectTypeOf, it } from 'vitest';

import type {
  GShardInput,
  GumbelTopKInput,
  GumbelTopKOptions,
  NoisyTopKInput,
  StMoEInput,
  SwitchInput,
  TopKInput,
  TopKOptions,
} from '../src/index.js';
import {
  gshardRouter,
  gumbelTopKRouter,
  noisyTopKRouter,
  stMoERouter,
  switchRouter,
  topKRouter,
} from '../src/index.js';

const spec = { modelWidth: 4, numExperts: 4, seed: 1 };

it("options are completed and checked from the package's own types", () => {
  expectTypeOf<TopKInput['k']>().toEqualTypeOf<number | undefined>();
  expectTypeOf<TopKOptions['k']>().toEqualTypeOf<number>();
  expectTypeOf<TopKInput['priority']>().toEqualTypeOf<
    'rank-then-arrival' | 'rank-then-probability' | 'arrival' | 'probability' | 'batch' | undefined
  >();
  expectTypeOf<TopKInput['capacityFactor']>().toEqualTypeOf<number | null | undefined>();
  expectTypeOf<SwitchInput['jitter']>().toEqualTypeOf<number | undefined>();
  expectTypeOf<GShardInput['variant']>().toEqualTypeOf<'paper' | 'mesh' | undefined>();
  expectTypeOf<NoisyTopKInput['init']>().toEqualTypeOf<
    'zeros' | 'uniform' | 'normal' | undefined
  >();
  expectTypeOf<StMoEInput['zLossCoefficient']>().toEqualTypeOf<number | undefined>();
  // filled in from k when left out
  expectTypeOf<GumbelTopKInput['capacityFactor']>().toEqualTypeOf<number | null | undefined>();
  expectTypeOf<GumbelTopKOptions['capacityFactor']>().toEqualTypeOf<number | null>();
});

it('and misspelt ones do not compile', () => {
  const unused = () => {
    createRouter(topKRouter, spec, { k: 2, zLossCoefficient: 1e-3 });
    // @ts-expect-error a misspelt option
    createRouter(topKRouter, spec, { kk: 2 });
    // @ts-expect-error of another router
    createRouter(switchRouter, spec, { k: 2 });
    // @ts-expect-error a word that the option does not know
    createRouter(gshardRouter, spec, { variant: 'torch' });
    // @ts-expect-error text for a number
    createRouter(noisyTopKRouter, spec, { k: '4' });
    // @ts-expect-error a number for a flag
    createRouter(gumbelTopKRouter, spec, { noiseAtEvaluation: 1 });
    // @ts-expect-error no capacity is null, not false
    createRouter(stMoERouter, spec, { capacityFactor: false });
  };
  expectTypeOf(unused).toBeFunction();
});
