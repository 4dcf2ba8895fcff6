import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import {
  applySettings,
  findExperiment,
  hashOf,
  namedExperiments,
  parseExperiment,
  parseSettings,
  presetOf,
} from '../src/index.js';
import { labelOf } from '../src/spec/label.js';
import { say } from '../src/papers/findings.js';
import { outcomeOf } from '../src/statistics/outcome.js';
import { sampleResults } from './sample-results.js';

const coded = (code: string) => expect.objectContaining({ code });
const presets = namedExperiments().flatMap((experiment) =>
  (['quick', 'large'] as const).map((preset) => ({ name: experiment.name, preset, experiment })),
);

describe('the experiments of moekit', () => {
  test.each(presets)('$name $preset fits the schema, with three paired seeds', (each) => {
    const parsed = parseExperiment(presetOf(each.experiment, each.preset));
    expect(parsed.name).toBe(each.name);
    expect(parsed.seeds.length).toBeGreaterThanOrEqual(3);
    expect(JSON.parse(JSON.stringify(parsed))).toEqual(parsed); // data, and nothing else
  });

  test('no two presets have the same hash', () => {
    const hashes = presets.map(({ experiment, preset }) =>
      hashOf(parseExperiment(presetOf(experiment, preset))),
    );
    expect(new Set(hashes).size).toBe(hashes.length);
  });

  test('an unknown name is refused with the names there are', () => {
    expect(() => findExperiment('xmoe/scalling')).toThrowError(coded('BENCH_EXPERIMENT_UNKNOWN'));
  });

  const lm = presets.filter(({ experiment }) => experiment.base.task === undefined);
  test.each(lm.filter(({ preset }) => preset === 'quick'))(
    '$name answers in a sentence',
    (each) => {
      const input = { ...presetOf(each.experiment, 'quick'), baseline: undefined };
      const results = sampleResults({ ...input, baseline: undefined }, (label, seed) =>
        label === 'dense' ? 3 : 2.9 + seed / 100,
      );
      const answered = each.experiment.answer(results);
      if (answered !== null) expect(answered.sentence).toMatch(/\.$/);
    },
  );

  test('nothing finished, nothing answered', () => {
    for (const { experiment } of lm) {
      const results = sampleResults(presetOf(experiment, 'quick'), () => undefined);
      expect(experiment.answer(results)).toBeNull();
    }
  });
});

test('null/modality: only groups that a row has are compared', () => {
  const experiment = findExperiment('null/modality');
  const results = sampleResults(presetOf(experiment, 'quick'), (_, seed) => 3 + seed / 100);
  const groups = { text: 0.6, vision: 0.4, ink: 0.5, background: 0.3 };
  for (const { label, trials } of results.rows)
    for (const { seed, measured } of trials) {
      const noise = (share: number, i: number) => share + (seed * (i + 1)) / 1000;
      const row = label.includes('in the text') ? { ...groups, words: 0.7, filler: 0.2 } : groups;
      Object.entries(row).forEach(([group, share], i) => {
        Object.assign(measured, { [`intensity.${group}`]: noise(share, i) });
      });
    }
  const [half, inText] = experiment.answer(results)!.findings;
  expect(half).toContain('ink − background +0.198');
  expect(half).not.toContain('filler');
  expect(inText).toContain('words − filler +0.498');
});

describe('words for a difference', () => {
  const spread = { n: 3, mean: -0.01, interval: [-0.03, 0.01] as const, distinguishable: false };
  test('an interval that spans zero is not distinguishable', () => {
    expect(say(spread, 'bits/byte')).toBe(
      '\u22120.010 [\u22120.030, 0.010] bits/byte, not distinguishable',
    );
    expect(outcomeOf(spread, 'lower')).toBe('not distinguishable');
  });

  test('one seed has no interval, and what is better depends on the metric', () => {
    expect(say({ n: 1, mean: 0.5, interval: null, distinguishable: null })).toContain(
      'no interval',
    );
    const clear = { ...spread, interval: [-0.03, -0.01] as const, distinguishable: true };
    expect([outcomeOf(clear, 'lower'), outcomeOf(clear, 'higher')]).toEqual(['better', 'worse']);
  });
});

describe('the grid of a sweep', () => {
  const base = parseExperiment({
    routers: [{ router: 'dense' }, { router: 'threshold' }, { router: 'topk' }],
    seeds: [1],
  });
  const grid = (...settings: string[]) => applySettings(base, parseSettings(settings));

  test('one value replaces, several multiply every row and give each its own baseline', () => {
    expect(grid('training.steps=7').training.steps).toBe(7);
    const { routers } = grid('model.modelWidth=16,32');
    expect(routers.map(labelOf)).toEqual([
      'dense [model.modelWidth=16]',
      'dense [model.modelWidth=32]',
      'threshold [model.modelWidth=16]',
      'threshold [model.modelWidth=32]',
      'topk [model.modelWidth=16]',
      'topk [model.modelWidth=32]',
    ]);
    expect(routers[0]).toMatchObject({ group: 'model.modelWidth=16', model: { modelWidth: 16 } });
  });

  test('an option of a router concerns its rows alone; two settings are a product', () => {
    const { routers } = grid('threshold.threshold=0.5,0.9', 'threshold.capacityFactor=1,2');
    expect(routers.map(labelOf)).toEqual([
      'dense',
      'threshold [threshold.threshold=0.5, threshold.capacityFactor=1]',
      'threshold [threshold.threshold=0.5, threshold.capacityFactor=2]',
      'threshold [threshold.threshold=0.9, threshold.capacityFactor=1]',
      'threshold [threshold.threshold=0.9, threshold.capacityFactor=2]',
      'topk',
    ]);
    expect(grid('seeds=4,5').seeds).toEqual([4, 5]);
  });

  test.each(['steps', 'training', '=3', 'a.b=1', 'training.steps', 'switch.k=2', 'training.a.b=1'])(
    '%s is a coded error',
    (text) => expect(() => grid(text)).toThrowError(coded('BENCH_SET')),
  );
});

test('1,000 mutated experiments: a coded error or an experiment, never a crash', () => {
  const inputs = presets.map(
    ({ experiment, preset }) => JSON.parse(JSON.stringify(presetOf(experiment, preset))) as object,
  );
  const junk = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom(undefined, Number.NaN, -1, 1e308, '', '../..', '\u0000', [], {}, null, true),
  );
  const codes = new Set<string>();
  const property = fc.property(
    fc.constantFrom(...inputs),
    fc.array(fc.tuple(fc.nat(), junk, fc.boolean()), { minLength: 1, maxLength: 3 }),
    (input, mutations) => {
      const mutated = structuredClone(input);
      for (const [at, value, remove] of mutations) mutate(mutated, at, { value, remove });
      try {
        parseExperiment(mutated);
      } catch (error) {
        codes.add(String((error as { code?: unknown }).code));
      }
    },
  );
  fc.assert(property, { numRuns: 1000, seed: 1 });
  expect([...codes].filter((code) => !/^(BENCH|MOE|MODELS)_/.test(code))).toEqual([]);
  expect(codes.has('BENCH_CONFIG')).toBe(true);
}, 120_000);

/** Replaces or removes one of all the places in a value, counted in depth order. */
function mutate(root: object, at: number, change: { value: unknown; remove: boolean }): void {
  const places: [Record<string, unknown>, string][] = [];
  const walk = (value: unknown) => {
    if (value === null || typeof value !== 'object') return;
    for (const key of Object.keys(value)) {
      places.push([value as Record<string, unknown>, key]);
      walk((value as Record<string, unknown>)[key]);
    }
  };
  walk(root);
  if (places.length === 0) return;
  const [holder, key] = places[at % places.length]!;
  if (change.remove) Reflect.deleteProperty(holder, key);
  else holder[key] = change.value;
}
