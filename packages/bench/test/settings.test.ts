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

test('the micro-batches of a run and of every row are set', () => {
  const setting = 'training.microBatches=4';
  expect(train(setting)).toMatchObject({ training: { microBatches: 4 } });
  expect(sweep(setting).training.microBatches).toBe(4);
});

test('the schedule of a run is set, and several span a grid', () => {
  expect(train('training.schedule=wsd')).toMatchObject({ training: { schedule: 'wsd' } });
  const { routers } = sweep('training.schedule=cosine,wsd');
  expect(routers.map(({ training }) => training?.schedule)).toEqual([
    ...['cosine', 'wsd', 'cosine', 'wsd', 'cosine', 'wsd'],
  ]);
  expect(routers[1]!.label).toBe('dense [training.schedule=wsd]');
});

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

  test('an option under both of its paths is refused, in either order', () => {
    const [byName, byPlace] = ['threshold.threshold=0.5', 'router.options.threshold=0.5,0.9'];
    const message = (first: string, second: string) =>
      `A command line must set each place once, got ${first} and ${second}. Leave one out.`;
    const [name, place] = ['threshold.threshold', 'router.options.threshold'];
    expect(() => set(byName, byPlace)).toThrow(message(name, place));
    expect(() => set(byPlace, byName)).toThrow(message(place, name));
  });

  test.each(['threshold.a.b', 'threshold..a', 'router.options.a.b'])('%s ends too deep', (path) => {
    expect(() => set(`${path}=1`)).toThrowError(expect.objectContaining({ code: 'BENCH_SET' }));
    expect(() => set(`${path}=1`)).toThrow('what is inside is one value in JSON');
  });

  test('a path that leads nowhere is refused', () => {
    for (const path of [
      'router.options',
      'training',
      'data',
      'stepz',
      'a.b',
      'training.a.b',
      'constructor.x',
      'dense.k',
      'switch.k',
    ]) {
      expect(() => set(`${path}=1`), path).toThrow('--set must name a path that exists here, got');
    }
  });
});

describe('a run', () => {
  test('takes keys of every section, each over what was there', () => {
    const config = { model: { numLayers: 2, modelWidth: 8 }, router: 'topk?k=1' };
    const settings = parseSettings([
      'model.numLayers=4',
      'topk.normalise=true',
      'data.source=a.txt',
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

  test('finds the options of a router file', () => {
    const own = { router: './own.ts' };
    expect(setRun(own, parseSettings(['./own.ts.k=2']))).toEqual({
      router: { router: './own.ts', options: { k: 2 } },
    });
  });

  test('finds a file with and without ./, by its name and by its place', () => {
    for (const router of ['./own.ts', 'own.ts']) {
      for (const path of ['./own.ts.k', 'own.ts.k', 'router.options.k']) {
        expect(setRun({ router }, parseSettings([`${path}=2`]))).toEqual({
          router: { router, options: { k: 2 } },
        });
      }
    }
    for (const [router, path] of [
      ['./own.ts', 'own.k'],
      ['./decided.ts', 'decided.k'],
    ] as const) {
      expect(() => setRun({ router }, parseSettings([`${path}=2`]))).toThrow(
        `Did you mean ${path.replace('.', '.ts.')}?`,
      );
    }
    expect(() =>
      setRun({ router: 'own.ts' }, parseSettings(['./own.ts.k=2', 'own.ts.k=3'])),
    ).toThrow('got ./own.ts.k and own.ts.k');
  });

  test('takes a router as a whole, whose options start afresh', () => {
    const config = { router: 'topk?k=2' };
    const set = (...texts: string[]) => setRun(config, parseSettings(texts));
    expect(set('router=switch')).toEqual({ router: { router: 'switch', options: {} } });
    expect(set('router=topk?a=1')).toEqual({ router: { router: 'topk', options: { a: 1 } } });
    for (const [first, second] of [
      ['router=topk', 'topk.k=2'],
      ['router.options.k=2', 'router=topk'],
    ] as const) {
      const [inner] = (first.startsWith('router=') ? second : first).split('=');
      const says = `got router, and ${inner} inside it. Leave one out, or write both in the value of router.`;
      expect(() => set(first, second)).toThrow(says);
      expect(() => set(second, first)).toThrow(says);
    }
  });

  test.each(['training', 'model', 'data', 'experts', 'router.router', 'router.options'])(
    '%s as a whole is refused',
    (path) => expect(() => train(`${path}={}`)).toThrow(`a path that exists here, got ${path}.`),
  );

  test.each(['data.list.1', 'data.source.x', 'data..x', 'model.a.b'])('%s is refused', (path) => {
    const config = { data: { list: [1, 2], source: 'a.txt' } };
    expect(() => setRun(config, parseSettings([`${path}=9`]))).toThrow(
      'what is inside is one value in JSON',
    );
  });

  test('leaves a section of another type for the schema to refuse', () => {
    expect(setRun({ data: 'a.txt' }, parseSettings(['data.source="b.txt"']))).toMatchObject({
      data: 'a.txt',
    });
  });

  test('a dense one has no options', () => {
    for (const path of ['router.options.k', 'dense.k']) {
      expect(() => setRun({ router: 'dense' }, parseSettings([`${path}=3`]))).toThrow(
        'a path that exists here',
      );
    }
  });

  test.each(['training', 'model', 'data', 'experts', 'router'])(
    'a router called %s has its options below router.options',
    (router) => {
      expect(setRun({ router }, parseSettings(['router.options.steps=3']))).toEqual({
        router: { router, options: { steps: 3 } },
      });
      const own = setRun({ router: 'training' }, parseSettings(['training.steps=3']));
      expect(own).toMatchObject({ training: { steps: 3 }, router: { options: {} } });
    },
  );

  test('refuses what a flag says too, and takes an option of the router that a flag names', () => {
    const flags = {
      backend: '--backend',
      router: '--router',
      'router.options.k': '--router topk?k=1',
    };
    const set = (text: string) => setRun({ router: 'topk?k=1' }, parseSettings([text]), { flags });
    expect(() => set('backend=cpu')).toThrow(
      'A command line must set each place once, got --backend and --set backend.',
    );
    expect(() => set('topk.k=2')).toThrow('got --router topk?k=1 and --set topk.k.');
    expect(() => set('router=switch')).toThrow('got --router and --set router.');
    expect(set('topk.normalise=true')).toMatchObject({
      router: { options: { k: 1, normalise: true } },
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

  describe.each([
    ['topk.ts first', ['topk.ts', 'topk']],
    ['topk first', ['topk', 'topk.ts']],
  ])('of a file and a router of that beginning, %s', (_, names) => {
    const base = parseExperiment({ routers: ['dense', ...names], seeds: [1] });
    const optionsOf = (...texts: string[]) =>
      Object.fromEntries(
        applySettings(base, parseSettings(texts)).routers.map(({ router, options }) => [
          router,
          options,
        ]),
      );
    test('the longest name that fits is set', () => {
      expect(optionsOf('topk.ts.k=1')).toEqual({ dense: {}, 'topk.ts': { k: 1 }, topk: {} });
      expect(optionsOf('./topk.ts.k=1')).toEqual({ dense: {}, 'topk.ts': { k: 1 }, topk: {} });
      expect(optionsOf('topk.k=1', 'topk.ts.k=2')).toEqual({
        dense: {},
        'topk.ts': { k: 2 },
        topk: { k: 1 },
      });
    });
    test('an option of one and of all is refused', () => {
      expect(() => optionsOf('topk.k=1,2', 'router.options.k=2,1')).toThrow(
        'got topk.k and router.options.k.',
      );
    });
  });

  test('one value reaches rows with a value of their own', () => {
    const base = parseExperiment({
      task: './task.ts',
      seeds: [1],
      routers: [
        'dense',
        {
          router: 'topk',
          training: { steps: 3, batchSize: 2 },
          model: { width: 4 },
          data: { source: 'a.txt' },
          expertParameters: 2,
        },
      ],
    });
    const settings = [
      'training.steps=1',
      'model.width=8',
      'data.source=b.txt',
      'expertParameters=4',
    ];
    const swept = applySettings(base, parseSettings(settings));
    expect(swept).toMatchObject({
      training: { steps: 1 },
      model: { width: 8 },
      data: { source: 'b.txt' },
      expertParameters: 4,
    });
    expect(swept.routers[1]).toEqual({ router: 'topk', options: {}, training: { batchSize: 2 } });
    const { routers } = applySettings(base, parseSettings(['training.steps=1,2']));
    expect(routers.map(({ training }) => training)).toEqual([
      { steps: 1 },
      { steps: 2 },
      { steps: 1, batchSize: 2 },
      { steps: 2, batchSize: 2 },
    ]);
  });

  test('a router called as a section is reached by router.options, in an evaluation too', () => {
    const base = parseExperiment({ routers: ['training'], seeds: [1] });
    const swept = applySettings(
      base,
      parseSettings(['training.steps=7', 'router.options.steps=8']),
    );
    expect(swept).toMatchObject({ training: { steps: 7 }, routers: [{ options: { steps: 8 } }] });
    const evaluated = (text: string) => setRouter('training', parseSettings([text]));
    expect(evaluated('router.options.steps=8')).toEqual([{ steps: 8 }]);
    expect(() => evaluated('training.steps=8')).toThrow(
      'got training.steps. Paths are: router.options.KEY.',
    );
  });

  test('the order of settings does not matter', () => {
    const settings = ['threshold.capacityFactor=3', 'threshold.threshold=0.5,0.9'];
    expect(sweep(...settings)).toEqual(sweep(...settings.reverse()));
    expect(sweep(...settings).routers.map(({ label }) => label)).toEqual([
      undefined,
      'threshold(capacityFactor=3) [threshold.threshold=0.5]',
      'threshold(capacityFactor=3) [threshold.threshold=0.9]',
      undefined,
    ]);
  });

  test('refuses what a flag says too', () => {
    const flags = { backend: '--backend' };
    expect(() => applySettings(experiment, parseSettings(['backend=cpu']), { flags })).toThrow(
      'got --backend and --set backend.',
    );
  });

  test('names the nearest path, and what has one value', () => {
    expect(() => sweep('training.stepz=1')).toThrow('Did you mean training.steps?');
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
