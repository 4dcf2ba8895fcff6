import '@tensorflow/tfjs';
import type { RouterPlugin } from '@moekit/core';
import {
  assertCausal,
  assertPlugin,
  createRouter,
  isMoekitError,
  parseOptions,
} from '@moekit/core';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import { topTwo } from '../routers/top-two.js';

const spec = { modelWidth: 4, numExperts: 3, seed: 1 };

/** The code and message of what a call throws. */
const refusal = (call: () => unknown) => {
  try {
    call();
  } catch (error) {
    if (isMoekitError(error)) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'nothing thrown';
};

describe('options', () => {
  const schema = z.strictObject({
    threshold: z.number().min(0).max(1).default(0.9),
    capacity: z.strictObject({ factor: z.number().positive() }).optional(),
  });
  const parse = (input: unknown) => refusal(() => parseOptions(schema, input, 'router x'));

  it('take defaults from nothing at all', () => {
    for (const input of [undefined, null, {}]) {
      expect(parseOptions(schema, input, 'router x')).toEqual({ threshold: 0.9 });
    }
  });

  it('are refused with the option, what it got and what it accepts', () => {
    expect(parse({ threshold: 1.5 })).toMatch(
      /^MOE_OPTIONS: Options of router x .*threshold = 1\.5\. threshold: expected a number of at most 1/,
    );
    expect(parse({ threshold: NaN })).toMatch(/threshold = NaN/);
    expect(parse({ capacity: { factor: 'x' } })).toMatch(/capacity\.factor = "x"/);
    expect(parse({ treshold: 0.5 })).toMatch(/treshold/);
    expect(parse('0.9')).toMatch(/options = "0\.9"/);
  });

  it('are refused together, each on a line with its path', () => {
    expect(
      parse({ threshold: -1, capacity: { factor: 0 }, treshold: 1, kk: 2 }).split('\n'),
    ).toEqual([
      'MOE_OPTIONS: Options of router x must fit their schema, got 4 mistakes. Correct each of them:',
      expect.stringMatching(/^ {2}threshold = -1: /),
      expect.stringMatching(/^ {2}capacity\.factor = 0: /),
      expect.stringMatching(/^ {2}treshold = 1: /),
      expect.stringMatching(/^ {2}kk = 2: /),
    ]);
  });

  it('show what JSON cannot', () => {
    const cyclic: Record<string, unknown> = {};
    cyclic['threshold'] = cyclic;
    expect(parse(cyclic)).toMatch(/threshold = \[object Object\]/);
    expect(parse({ threshold: 10n })).toMatch(/threshold = 10/);
  });

  it('must be validated synchronously', () => {
    const slow = z.strictObject({}).refine(async () => true);
    expect(refusal(() => parseOptions(slow, {}, 'router x'))).toMatch(/synchronous|MOE_PLUGIN/);
  });
});

describe('plug-ins', () => {
  it('are refused with the members they lack', () => {
    expect(refusal(() => assertPlugin({}))).toMatch(
      /^MOE_PLUGIN: .*name \(a string\), apiVersion \(1\), options .*, create\(spec, options\)/,
    );
    for (const value of [undefined, null, 3, () => topTwo]) {
      expect(refusal(() => assertPlugin(value))).toMatch(
        /^MOE_PLUGIN: .*got (undefined|null|a number|a function: export what it returns)\./,
      );
    }
    const { options: _, ...rest } = topTwo;
    expect(refusal(() => assertPlugin(rest, 'File ./r.ts'))).toMatch(
      /^MOE_PLUGIN: File \.\/r\.ts .*without options/,
    );
    expect(refusal(() => assertPlugin({ ...topTwo, options: 'strict' }))).toMatch(/MOE_PLUGIN/);
  });

  it('of another contract version get an error other than broken ones', () => {
    expect(refusal(() => assertPlugin({ ...topTwo, apiVersion: 2 }))).toMatch(
      /^MOE_API_VERSION: .*router API 1, got apiVersion 2/,
    );
  });

  it('whose options are a callable schema pass', () => {
    // arktype's schemas are functions
    const options = Object.assign(() => undefined, { '~standard': topTwo.options['~standard'] });
    expect(assertPlugin({ ...topTwo, options })).toBeDefined();
  });

  it('that say half of what they are about are refused; nothing at all is fine', () => {
    const about = { summary: 'Best two', reference: 'none' };
    expect(assertPlugin({ ...topTwo, about })).toBeDefined();
    for (const wrong of [null, 'best two', { summary: 'Best two' }, { ...about, summary: '' }]) {
      expect(refusal(() => assertPlugin({ ...topTwo, about: wrong }))).toMatch(
        /^MOE_PLUGIN: .*without about: \{ summary, reference \}/,
      );
    }
  });

  it('pass unchanged when they are right', () => {
    expect(assertPlugin(topTwo)).toBe(topTwo);
  });
});

describe('createRouter', () => {
  it.each([
    ['modelWidth', { ...spec, modelWidth: 0 }],
    ['numExperts', { ...spec, numExperts: 2.5 }],
    ['seed', { ...spec, seed: NaN }],
  ])('refuses an impossible %s', (name, wrong) => {
    expect(refusal(() => createRouter(topTwo, wrong))).toMatch(new RegExp(`^MOE_SPEC: .*${name}`));
  });

  it('refuses a router without its members', () => {
    const create = (router: unknown) =>
      ({ ...topTwo, create: () => router }) as unknown as RouterPlugin;
    expect(refusal(() => createRouter(create({}), spec))).toMatch(
      /^MOE_PLUGIN: .*none of route, variables, dispose, flopsPerToken/,
    );
    expect(refusal(() => createRouter(create(undefined), spec))).toMatch(/^MOE_PLUGIN/);
    const router = createRouter(topTwo, spec);
    expect(refusal(() => createRouter(create({ ...router, numExperts: 5 }), spec))).toMatch(
      /got numExperts 5/,
    );
    router.dispose();
  });

  it.each([NaN, Infinity, -1, 1e308])('refuses a router of %s FLOPs per token', (flops) => {
    const create: typeof topTwo.create = (...given) => ({
      ...topTwo.create(...given),
      flopsPerToken: () => flops,
    });
    expect(refusal(() => createRouter({ ...topTwo, create }, spec))).toContain(
      `got flopsPerToken() ${flops}, which is not a count`,
    );
  });
});

describe('assertCausal', () => {
  it('refuses a router that is not causal unless it is allowed', () => {
    const router = { name: 'expert-choice', causal: false };
    expect(refusal(() => assertCausal(router))).toMatch(/^MOE_NOT_CAUSAL: .*expert-choice/);
    expect(() => assertCausal(router, true)).not.toThrow();
    expect(() => assertCausal({ name: 'top-two', causal: true })).not.toThrow();
  });
});
