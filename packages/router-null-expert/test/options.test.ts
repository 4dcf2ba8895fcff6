import '@tensorflow/tfjs';

import type { RouterPlugin } from '@moekit/core';
import { assertPlugin, createRouter } from '@moekit/core';
import { useBackend } from '@moekit/core/testing';
import { sum } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';

import defaultExport, {
  adaMoERouter,
  longcatRouter,
  moePlusPlusRouter,
  nullExpertRouter,
} from '../src/index.js';
import { expectNear } from './near.js';
import { routed, spec } from './rule.js';

beforeAll(() => useBackend('cpu'));

describe('options', () => {
  const wrong: [unknown, RegExp][] = [
    [{ kMax: 0 }, /kMax = 0.*expected a whole number of at least 1/],
    [{ kMax: 1.5 }, /kMax = 1\.5.*expected a whole number of at least 1/],
    [{ density: 0 }, /density = 0.*expected a number above 0 and at most 1/],
    [{ density: 1.1 }, /density = 1\.1.*expected a number above 0 and at most 1/],
    [{ nullCopies: -1 }, /nullCopies = -1.*expected a whole number of at least 0/],
    [{ kind: 'const' }, /kind = "const".*expected one of 'zero', 'copy'/],
    [{ gateNorm: 'yes' }, /gateNorm = "yes".*expected one of 'real', 'none', 'all'/],
    [{ kind: 'copy', gateNorm: 'real' }, /gateNorm = "real".*expected 'all' or 'none' with kind/],
    [{ nullBias: 'no' }, /nullBias = "no".*expected true, false or the value/],
    [{ nullBias: NaN }, /nullBias = NaN.*expected true, false or the value/],
    [{ realBias: 1 }, /realBias = 1.*expected true or false/],
    [{ balanceCoefficient: -1 }, /balanceCoefficient = -1.*expected a number of at least 0/],
    [{ fraction: 'slot' }, /fraction = "slot".*expected one of 'assignment', 'token'/],
    [{ balanceScope: 'rank' }, /balanceScope = "rank".*expected one of 'sequence', 'micro-batch'/],
    [{ balanceWindow: 0 }, /balanceWindow = 0.*expected a whole number of at least 1/],
    [{ zLossCoefficient: -1 }, /zLossCoefficient = -1.*expected a number of at least 0/],
    [{ zLossOver: 'all' }, /zLossOver = "all".*expected one of 'expanded', 'raw'/],
    [{ rho: 0.5 }, /rho = 0\.5.*unknown option rho; expected kMax, density, nullCopies/],
    [{ kMax: 9 }, /kMax = 9 for 8 experts.*from 1 to 8/],
    [{ density: 0.8 }, /at least kMax = 4.*got 2 null slots.*Lower density to 0\.667 or less/],
    [{ nullCopies: 3 }, /at least kMax = 4.*got 3 null slots/],
  ];
  it.each(wrong)('%j is refused by name, value and accepted range', (options, message) => {
    const create = () => createRouter(nullExpertRouter, spec, options);
    expect(create).toThrow(message);
    expect(create).toThrow(expect.objectContaining({ code: 'MOE_OPTIONS' }));
  });

  it('the default export is the plug-in', () => {
    expect(assertPlugin(defaultExport)).toBe(nullExpertRouter);
  });

  it.each([
    [{}, 2, 9],
    [{ density: 1 }, 4, 8],
    [{ density: 2 / 3, kMax: 3 }, 2, 9],
    [{ density: 0.25, kMax: 8 }, 2, 9],
    [{ nullCopies: 0, kMax: 2 }, 2, 8],
    [{ nullCopies: 24 }, 1, 9],
  ])('%j expects %d experts per token and has %d logits', (options, expected, columns) => {
    const router = createRouter(nullExpertRouter, spec, options);
    expectNear(router.expertsPerToken, expected, 1e-12);
    expect(router.variables()[0]!.shape).toEqual([6, columns]);
    expect(router.flopsPerToken()).toBe(2 * 6 * columns);
    router.dispose();
  });

  const zeros = new Array<number>(8).fill(0);
  it.each([
    [{}, [...zeros, 0]],
    [{ nullBias: 0.25 }, [...zeros, 0.25]],
    [{ nullBias: 0.25, realBias: false }, [0.25]],
    [{ nullBias: false }, zeros],
    [{ nullBias: false, realBias: false }, []],
    [{ density: 1 }, zeros],
  ])('%j starts the offsets at %j', (options, values) => {
    const router = createRouter(nullExpertRouter, spec, options);
    const [, ...offsets] = router.variables();
    expect(offsets.flatMap((v) => Array.from(v.dataSync()))).toEqual(values);
    router.dispose();
  });

  it('an offset of the null logit moves the null logit alone', () => {
    const logits = (nullBias: number) =>
      routed({ nullBias, realBias: false }, (r) => r.logits.arraySync());
    const mass = (nullBias: number) =>
      routed({ nullBias, realBias: false }, (r) => sum(r.zeroCompute!.mass).arraySync() as number);
    expect(logits(2)).toEqual(logits(0));
    expect(mass(2)).toBeGreaterThan(mass(0));
  });

  it('coefficients of 0 leave the losses out', () => {
    const names = (options: unknown) => routed(options, ({ losses }) => losses.map((l) => l.name));
    expect(names({})).toEqual(['load-balancing', 'z-loss']);
    expect(names({ balanceCoefficient: 0 })).toEqual(['z-loss']);
    expect(names({ zLossCoefficient: 0 })).toEqual(['load-balancing']);
  });
});

describe('a number of slots beyond memory', () => {
  it.each([
    [adaMoERouter, { nullExperts: 1e12 }],
    [longcatRouter, { zeroExperts: 1e12 }],
    [moePlusPlusRouter, { zeroExperts: 1e12 }],
    [moePlusPlusRouter, { copyExperts: 1e12 }],
    [moePlusPlusRouter, { constantExperts: 1e12 }],
  ])('is refused (%#)', (plugin, options) => {
    expect(() => createRouter(plugin as RouterPlugin, spec, options)).toThrow(
      /= 1000000000000.*at most 65536/,
    );
  });
});
