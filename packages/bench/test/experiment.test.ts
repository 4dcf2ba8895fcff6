import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { describe, expect, test } from 'vitest';

import {
  hashOf,
  isPath,
  loadConfig,
  parseExperiment,
  parseReference,
  parseRouter,
  parseRouters,
  registryOf,
} from '../src/index.js';
import { canonicalJson } from '../src/spec/hash.js';
import { labelOf } from '../src/spec/label.js';
import { checkRouters } from '../src/trial/check-routers.js';

const coded = (code: string, text: RegExp) =>
  expect.objectContaining({ code, message: expect.stringMatching(text) });

describe('parseExperiment', () => {
  test('the default is seven routers and a dense baseline', () => {
    const { routers, task } = parseExperiment({});
    expect(task).toBe('lm');
    expect(routers.map(({ router }) => router)).toEqual([
      'dense',
      'switch',
      'topk',
      'quantile-balanced',
      'threshold',
      'd-top-p',
      'null-expert',
      'hash',
    ]);
  });

  test('names a wrong key, the value it got and what it accepts', () => {
    const training = { steps: -1 };
    expect(() => parseExperiment({ training })).toThrowError(
      coded('BENCH_CONFIG', /training\.steps = -1.*a number of at least 1/),
    );
  });

  test.each([
    ['an unknown key', { stepz: 3 }],
    ['an unknown task', { task: 'vision' }],
    ['no object', 7],
    ['the same seed twice', { seeds: [1, 1] }],
    ['no rows', { routers: [] }],
  ])('rejects %s', (_, input) => {
    expect(() => parseExperiment(input)).toThrowError(coded('BENCH_CONFIG', /./));
  });

  test('no row is called __proto__', () => {
    const routers = [{ router: 'topk', label: '__proto__' }];
    expect(() => parseExperiment({ routers })).toThrow('routers[0].label: cannot be a label');
  });

  test('two rows of one label are rejected, two settings of one router are not', () => {
    const row = { router: 'threshold' };
    expect(() => parseExperiment({ routers: [row, row] })).toThrowError(
      coded('BENCH_CONFIG', /threshold more than once/),
    );
    const other = { ...row, options: { threshold: 0.5 } };
    expect(parseExperiment({ routers: [row, other] }).routers.map(labelOf)).toEqual([
      'threshold',
      'threshold(threshold=0.5)',
    ]);
  });
});

describe('hashOf', () => {
  test('does not depend on the order of keys, but on every value', () => {
    expect(canonicalJson({ b: [1, { d: 1, c: 2 }], a: null })).toBe(
      '{"a":null,"b":[1,{"c":2,"d":1}]}',
    );
    expect(hashOf({ a: 1, b: 2 })).toBe(hashOf({ b: 2, a: 1 }));
    expect(hashOf({ a: 1, b: 2 })).not.toBe(hashOf({ a: 1, b: 3 }));
  });

  test('micro-batches divide the batch, also in a row', () => {
    const training = { batchSize: 8, microBatches: 4 };
    expect(parseExperiment({ training }).training.microBatches).toBe(4);
    const rows = [{ router: 'switch', training: { microBatches: 3 } }];
    expect(() => parseExperiment({ training, routers: rows })).toThrowError(
      coded('BENCH_CONFIG', /row switch must divide training.batchSize = 8, got 3/),
    );
    expect(() => parseExperiment({ training: { microBatches: 3 } })).toThrowError(
      coded('BENCH_CONFIG', /must divide/),
    );
    expect(hashOf(parseExperiment({}))).not.toBe(hashOf(parseExperiment({ training })));
  });

  test('a schedule fits the steps, also those that a row has of its own', () => {
    const training = { schedule: 'wsd', steps: 100, decaySteps: 40 } as const;
    expect(parseExperiment({ training }).training).toMatchObject(training);
    const rows = [{ router: 'switch', training: { steps: 50 } }];
    expect(() => parseExperiment({ training, routers: rows })).toThrowError(
      coded('BENCH_CONFIG', /row switch[^]*\(20\) and decaySteps \(40\) must fit into 50 steps/),
    );
    expect(() => parseExperiment({ training: { decaySteps: 40 } })).toThrowError(
      coded('BENCH_CONFIG', /decaySteps: belongs to schedule 'wsd'/),
    );
    expect(hashOf(parseExperiment({}))).not.toBe(hashOf(parseExperiment({ training })));
  });

  test('a default written out gives the same experiment', () => {
    const written = parseExperiment({ task: 'lm', data: { tokenizer: 'bytes' } });
    expect(hashOf(written)).toBe(hashOf(parseExperiment({})));
  });
});

describe('parseRouter', () => {
  test('reads options as JSON where they are, else as text', () => {
    expect(parseRouter('threshold?threshold=0.5&priority=rank&on=true')).toEqual({
      router: 'threshold',
      options: { threshold: 0.5, priority: 'rank', on: true },
    });
    expect(parseRouter(' ./a.ts ')).toEqual({ router: './a.ts', options: {} });
  });

  test('keeps the name of an export, which stands before the options', () => {
    expect(parseRouter('./a.ts#mine?k=2')).toEqual({ router: './a.ts#mine', options: { k: 2 } });
    expect(parseReference('./a.ts#mine')).toEqual({ source: './a.ts', exportName: 'mine' });
    expect(parseReference('/c#/a.ts')).toEqual({ source: '/c#/a.ts', exportName: 'default' });
    expect(parseRouter('x?colour=%23fff').options).toEqual({ colour: '#fff' });
  });

  test('a row of a config may be text, or carry options in its name', () => {
    const rows = ['threshold?threshold=0.5', { router: './r.ts#a?k=1&m=3', options: { k: 2 } }];
    expect(parseExperiment({ routers: rows }).routers).toEqual([
      { router: 'threshold', options: { threshold: 0.5 } },
      { router: './r.ts#a', options: { k: 2, m: 3 } },
    ]);
  });

  test('a comma inside a value does not end it', () => {
    expect(parseRouters('topk?k=[1,2]&a={"b":"x,y"},./r.ts#a,switch')).toEqual([
      { router: 'topk', options: { k: [1, 2], a: { b: 'x,y' } } },
      { router: './r.ts#a', options: {} },
      { router: 'switch', options: {} },
    ]);
  });

  const wrong = ['', '?a=1', 'x?a', 'x?=1', 'x?a=1?b=2', 'x?a=1#mine', 'x?k=2&k=3', 'x?a=%zz'];
  const absurd = ['x?a=1e400', 'x?a=[1,-1e999]', 'x?__proto__=1', 'x?a={"__proto__":1}'];
  test.each([...wrong, ...absurd])('rejects %j', (text) => {
    expect(() => parseRouter(text)).toThrowError(coded('BENCH_ROUTER_SPEC', /name\?option=value/));
  });

  test('tells files from names', () => {
    for (const path of ['./r.ts', 'r.js', '../a/b', '/a/r.mts', 'r.ts#a', '.', '..']) {
      expect(isPath(path), path).toBe(true);
    }
    expect(['topk', '@acme/router', 'my-router#a'].map(isPath)).toEqual([false, false, false]);
  });
});

describe('checkRouters', () => {
  const file = fileURLToPath(new URL('plugins/good.ts', import.meta.url));

  test('a file is called as its plug-in calls itself, options included', async () => {
    const options = { k: 2 };
    const experiment = parseExperiment({ routers: [{ router: file }, { router: file, options }] });
    const { routers, files } = await checkRouters(experiment, registryOf([]));
    expect(routers.map(labelOf)).toEqual(['good', 'good(k=2)']);
    expect(files[file]).toMatch(/^[0-9a-f]{64}$/);
  });

  test('a name that is taken, and a label that was given, stay', async () => {
    const rows = [
      { router: 'dense', label: 'good' },
      { router: file },
      { router: file, label: 'x' },
    ];
    const { routers } = await checkRouters(parseExperiment({ routers: rows }), registryOf([]));
    expect(routers.map(labelOf)).toEqual(['good', file, 'x']);
  });
});

describe('loadConfig', () => {
  test('file names in a config count from its own folder', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'moekit-'));
    const routers = ['./r.ts#a?k=2', { router: '.' }, { router: 'topk' }];
    const tokenizer = 'hf:owner/model.v2?revision=a.b'; // no file, whatever it ends in
    const config = { data: { source: 'a.txt', tokenizer }, routers };
    await writeFile(join(folder, 'e.json'), JSON.stringify(config));
    const loaded = (await loadConfig(join(folder, 'e.json'), join(folder, '..'))).config;
    const name = folder.split('/').at(-1)!;
    expect(loaded).toEqual({
      data: { source: `${name}/a.txt`, tokenizer },
      routers: [
        { router: `${name}/r.ts#a`, options: { k: 2 } },
        { router: `./${name}` },
        { router: 'topk' },
      ],
    });
  });

  test('a TypeScript module works as well', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'moekit-'));
    await writeFile(join(folder, 'e.ts'), 'export default { seeds: [3] as number[] };');
    expect((await loadConfig('e.ts', folder)).config).toEqual({ seeds: [3] });
  });

  test.each([
    ['missing.json', undefined],
    ['broken.json', '{'],
    ['list.json', '[]'],
    ['none.ts', 'export const a = 1;'],
  ])('%s is a coded error', async (file, text) => {
    const folder = await mkdtemp(join(tmpdir(), 'moekit-'));
    if (text !== undefined) await writeFile(join(folder, file), text);
    await expect(loadConfig(file, folder)).rejects.toThrowError(coded('BENCH_CONFIG', /./));
  });
});
