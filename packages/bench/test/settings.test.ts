import { applySettings, parseExperiment, parseSettings, setRouter, setRun } from '../src/index.js';
import { describe, expect, test } from 'vitest';

const experiment = parseExperiment({
  routers: [{ router: 'dense' }, { router: 'threshold' }, { router: './own.ts' }],
  seeds: [1],
});

/** The three that read `--set`, each over a configuration of its own. */
const train = (...texts: string[]) => setRun({}, parseSettings(texts)) as Record<string, object>;
const sweep = (...texts: string[]) => applySettings(experiment, parseSettings(texts));
const evaluate = (...texts: string[]) => setRouter('threshold', parseSettings(texts));
const commands = { train, sweep, eval: evaluate };

const valuesOf = (text: string) => parseSettings([`x=${text}`])[0]!.values;

describe('the values of a setting', () => {
  test.each([
    ['1', [1]],
    ['1, 2', [1, 2]],
    ['true', [true]],
    ['null', [null]],
    ['[1,2]', [[1, 2]]],
    ['[1,2],[3]', [[1, 2], [3]]],
    ['{"a":1,"b":[2,3]}', [{ a: 1, b: [2, 3] }]],
    ['"a,b"', ['a,b']],
    ['"a,b",c', ['a,b', 'c']],
    ['"7"', ['7']],
    ['""', ['']],
    ['a=b', ['a=b']],
    ['a=1,b=2', ['a=1', 'b=2']],
    ['./a folder/b.txt', ['./a folder/b.txt']],
    ['it\'s "so"', ['it\'s "so"']],
    ['bpe:4096', ['bpe:4096']],
  ])('%s', (text, values) => expect(valuesOf(text)).toEqual(values));
});

describe.each(Object.entries(commands))('%s', (_, set) => {
  test.each([
    ['threshold', /"threshold"/],
    ['=1', /"=1"/],
    ['threshold.=1', /"threshold.=1"/],
    ['threshold.threshold=', /an empty value/],
    ['threshold.threshold=0.5,', /an empty value/],
    ['threshold.threshold=0.5,,0.9', /an empty value/],
    ['threshold.threshold=[1,2', /not JSON/],
    ['threshold.threshold=1e400', /beyond all limits/],
    ['threshold.__proto__=1', /__proto__/],
    ['threshold.threshold={"__proto__":1}', /__proto__/],
  ])('%s cannot be read', (text, says) => {
    expect(() => set(text)).toThrowError(expect.objectContaining({ code: 'BENCH_SET' }));
    expect(() => set(text)).toThrow(says);
  });

  test('a path that is given twice is refused, with the same value too', () => {
    const twice = () => set('threshold.threshold=0.5', 'threshold.threshold=0.5');
    expect(twice).toThrow('each path once, got threshold.threshold twice.');
  });

  test('an option of the router is found by its name and by its place, which are one path each', () => {
    const [byName, byPlace] = [
      set('threshold.threshold=0.25'),
      set('router.options.threshold=0.25'),
    ];
    if (set !== sweep) expect(byPlace).toEqual(byName);
    expect(JSON.stringify(byPlace)).toContain('"threshold":0.25');
  });

  test('a path that leads nowhere is refused', () => {
    for (const path of ['stepz', 'a.b', 'training.a.b', 'constructor.x', 'dense.k', 'switch.k']) {
      expect(() => set(`${path}=1`), path).toThrow('--set must name a path that exists here, got');
    }
  });
});

describe('a run', () => {
  test('takes keys at any depth, each over what was there', () => {
    const config = { model: { numLayers: 2, modelWidth: 8 }, router: 'topk?k=1' };
    const settings = parseSettings([
      'model.numLayers=4',
      'topk.normalise=true',
      'data={"source":"a.txt"}',
      'data.tokenizer="bpe:512"',
      'experts.numExperts=8',
      'seed=7',
    ]);
    expect(setRun(config, settings)).toEqual({
      model: { numLayers: 4, modelWidth: 8 },
      router: { router: 'topk', options: { k: 1, normalise: true } },
      data: { source: 'a.txt', tokenizer: 'bpe:512' },
      experts: { numExperts: 8 },
      seed: 7,
    });
  });

  test('finds the options of a router file, and those of a router that a setting names', () => {
    const own = { router: './own.ts' };
    expect(setRun(own, parseSettings(['./own.ts.k=2']))).toEqual({
      router: { router: './own.ts', options: { k: 2 } },
    });
    expect(train('router=topk', 'topk.k=2')).toEqual({
      router: { router: 'topk', options: { k: 2 } },
    });
  });

  test('takes a list as one value, and refuses several, naming what takes them', () => {
    expect(train('model.sizes=[1,2]')).toMatchObject({ model: { sizes: [1, 2] } });
    expect(() => train('threshold.threshold=0.5,0.9')).toThrow(
      'A run has one value of threshold.threshold, got 0.5,0.9. moekit sweep trains one run per value.',
    );
  });

  test.each([
    ['stepz', 'seed'],
    ['training.stepz', 'training.steps'],
    ['training.batchsize', 'training.batchSize'],
    ['trainin.steps', 'training.steps'],
    ['steps', 'training.steps'],
    ['router.option', 'router.options'],
    ['experts.numExpert', 'experts.numExperts'],
  ])('%s is near %s', (path, near) => {
    if (path === 'stepz') expect(() => train(`${path}=1`)).toThrow('Paths are: task,');
    else expect(() => train(`${path}=1`)).toThrow(`Did you mean ${near}?`);
  });
});

describe('a sweep', () => {
  test('takes a list as one value, several as a grid', () => {
    expect(sweep('threshold.sizes=[1,2]').routers[1]!.options).toEqual({ sizes: [1, 2] });
    expect(sweep('threshold.threshold=0.5,0.9').routers).toHaveLength(4);
    expect(sweep('./own.ts.k=1,2').routers.map(({ options }) => options)).toEqual([
      {},
      {},
      { k: 1 },
      { k: 2 },
    ]);
    expect(sweep('seeds=[4,5]').seeds).toEqual(sweep('seeds=4,5').seeds);
  });

  test('an option of every router skips the dense row', () => {
    const { routers } = sweep('router.options.capacityFactor=1,2');
    expect(routers.map(({ options }) => options)).toEqual([
      {},
      ...[1, 2, 1, 2].map((capacityFactor) => ({ capacityFactor })),
    ]);
  });

  test('names the nearest path, and what has one value', () => {
    expect(() => sweep('training.stepz=1')).toThrow('Did you mean training.steps?');
    expect(() => sweep('threshold.a.b=1')).toThrow('Paths are: training.steps,');
    expect(() => sweep('backend=wasm,cpu')).toThrow('A sweep has one value of backend');
  });
});

describe('an evaluation', () => {
  test('evaluates every combination, or the checkpoint as it is', () => {
    expect(evaluate()).toEqual([{}]);
    expect(evaluate('threshold.threshold=0.3,0.5', 'threshold.groups=[1,2]')).toEqual([
      { threshold: 0.3, groups: [1, 2] },
      { threshold: 0.5, groups: [1, 2] },
    ]);
  });

  test('names the whole path of an option that is named alone', () => {
    expect(() => evaluate('threshold=0.3')).toThrow('Did you mean threshold.threshold?');
    expect(() => evaluate('capacityFactor=2')).toThrow('Did you mean threshold.capacityFactor?');
  });
});
