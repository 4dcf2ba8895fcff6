import { describe, expect, test } from 'vitest';

import { readCard } from '../../src/hub/card.js';
import { chooseFiles } from '../../src/hub/choose.js';
import { configsOf, convertedConfigs } from '../../src/hub/configs.js';
import { hubEnvironment } from '../../src/hub/environment.js';
import { loadHubPackage } from '../../src/hub/hub-package.js';
import { datasetReference, modelReference } from '../../src/hub/reference.js';

const listing = (paths: readonly string[], cardData: unknown = {}) => ({
  name: 'owner/name',
  commit: '0'.repeat(40),
  ...readCard(cardData),
  files: paths.map((path) => ({ path, size: 10, oid: path })),
});

/** `config/split: files` for each split. */
function layout(paths: readonly string[], cardData?: unknown) {
  return shown(configsOf(listing(paths, cardData)));
}

function shown(configs: ReturnType<typeof configsOf>) {
  return configs.flatMap(({ name, splits }) =>
    [...splits].map(
      ([split, files]) => `${name}/${split}: ${files.map((file) => file.path).join(' ')}`,
    ),
  );
}

describe('a reference', () => {
  test('names a data set and what of it', () => {
    const text = 'hf:Salesforce/wikitext?config=wikitext-2-raw-v1&split=train&field=a%26b';
    expect(datasetReference(text)).toEqual({
      name: 'Salesforce/wikitext',
      options: { config: 'wikitext-2-raw-v1', split: 'train', field: 'a&b' },
    });
    expect(datasetReference('hf:imdb')).toEqual({ name: 'imdb', options: {} });
    expect(modelReference('hf:openai-community/gpt2?revision=refs/pr/1').options).toEqual({
      revision: 'refs/pr/1',
    });
  });

  test.each([
    'hf:',
    'hf:a/b/c',
    'hf:../a',
    'hf:a/..',
    'hf:https://a/b',
    'hf:a/b?confg=c',
    'hf:a/b?config=',
    'hf:a/b?config=c?split=d',
    'hf:a/b?revision=../../x',
    'hf:a/b?revision=/x',
  ])('%s is refused', (text) => {
    expect(() => datasetReference(text)).toThrow(
      expect.objectContaining({
        code: 'DATA_HUB_REFERENCE',
        message: expect.stringContaining('config, split, validation, field, revision'),
      }),
    );
  });
});

describe('configs and splits', () => {
  test('are those of the card, whatever form it has', () => {
    const cardData = {
      license: ['cc-by-sa-3.0', 'gfdl'],
      configs: [
        {
          config_name: 'raw',
          data_files: [
            { split: 'test', path: 'raw/test-*' },
            { split: 'train', path: ['./raw/train-*', 'more/**'] },
          ],
        },
        { config_name: 2024, data_dir: './years/', data_files: '*.jsonl', default: true },
        { config_name: 'named', data_dir: 'named' },
        { config_name: 'table', data_files: 'table.csv' },
      ],
    };
    const paths = [
      ...['raw/train-2.parquet', 'raw/train-1.parquet', 'raw/test-1.parquet', 'README.md'],
      ...['years/a.jsonl', 'years/b/c.jsonl', 'more/x/y.parquet', 'named/dev.txt', 'table.csv'],
    ];
    expect(layout(paths, cardData)).toEqual([
      'raw/test: raw/test-1.parquet',
      'raw/train: more/x/y.parquet raw/train-1.parquet raw/train-2.parquet',
      '2024/train: years/a.jsonl',
      'named/validation: named/dev.txt',
    ]);
    expect(readCard(cardData).license).toBe('cc-by-sa-3.0, gfdl');
    expect(readCard({ license: 'other', license_name: 'my-own' }).license).toBe('my-own');
  });

  test.each([null, 3, [], { configs: 'x', license: 7 }])(
    'of a card that makes no sense (%j) are those of the names',
    (cardData) => {
      expect(layout(['a.txt'], cardData)).toEqual(['default/train: a.txt']);
    },
  );

  test.each([
    [{ config_name: 'a', data_files: 1 }],
    [{ config_name: 'a', data_dir: ['x'] }],
    [{ config_name: 'a\u001b[31m', data_files: '*' }],
    ['a'],
  ])('of a config that makes no sense (%j) give none, rather than others', (config) => {
    expect(layout(['a.txt'], { configs: [config] })).toEqual([]);
    const configs = [config, { config_name: 'b', data_files: '*' }];
    expect(layout(['a.txt'], { configs })).toEqual(['b/train: a.txt']);
  });

  test('whose pattern takes for ever are an error', () => {
    const configs = [{ config_name: 'a', data_files: `${'*a'.repeat(30)}b` }];
    expect(() => layout([`${'a'.repeat(200)}.txt`], { configs })).toThrow(
      expect.objectContaining({ code: 'DATA_HUB_ANSWER' }),
    );
  }, 60_000);

  test.each<[string, string[], string[]]>([
    [
      'shards',
      [
        'data/train-00001-of-00002.parquet',
        'data/train-00000-of-00002.parquet',
        'data/extra-00000-of-00001.parquet',
        ...['a.txt', 'b.txt', 'c.txt', 'd.txt'],
      ],
      [
        'default/extra: data/extra-00000-of-00001.parquet',
        'default/train: data/train-00000-of-00002.parquet data/train-00001-of-00002.parquet',
      ],
    ],
    [
      'folders',
      ['valid/a.txt', 'train/a.txt'],
      ['default/train: train/a.txt', 'default/validation: valid/a.txt'],
    ],
    [
      'files',
      ['my_dev.jsonl.gz', 'my_test.jsonl'],
      ['default/validation: my_dev.jsonl.gz', 'default/test: my_test.jsonl'],
    ],
    [
      'words inside words',
      ['latest.txt', 'trained.txt'],
      ['default/train: latest.txt trained.txt'],
    ],
    [
      'one format',
      ['a.txt', 'b.parquet', 'LICENSE.txt', '.x.txt', 'c.parquet'],
      ['default/train: b.parquet c.parquet'],
    ],
  ])('come from the names of %s', (_what, paths, expected) => {
    expect(layout(paths)).toEqual(expected);
  });

  test('of the converted branch are its folders', () => {
    const paths = ['b/partial-train/0000.parquet', 'a/test/1.parquet', 'a/test/0.parquet', 'x.txt'];
    expect(shown(convertedConfigs(listing(paths)))).toEqual([
      'a/test: a/test/0.parquet a/test/1.parquet',
      'b/train: b/partial-train/0000.parquet',
    ]);
  });
});

describe('the choice', () => {
  const card = (names: readonly string[]) => ({
    configs: names.map((config_name) => ({ config_name, data_dir: config_name })),
  });
  const many = configsOf(
    listing(
      ['a/train.txt', 'a/dev.txt', 'a/test.txt', 'b/train.txt', 'b/test.txt', 'c/x.txt'],
      card(['a', 'b', 'c']),
    ),
  );
  const splits = (wanted: object, configs = many) => {
    const { config, split, validationSplit } = chooseFiles(configs, wanted, 'owner/name');
    return [config, split, validationSplit];
  };

  test.each<[object, (string | undefined)[]]>([
    [{ config: 'a' }, ['a', 'train', 'validation']],
    [{ config: 'b' }, ['b', 'train', 'test']],
    [{ config: 'c' }, ['c', 'train', undefined]],
    [{ config: 'a', split: 'test' }, ['a', 'test', undefined]],
    [{ config: 'a', validation: 'test' }, ['a', 'train', 'test']],
    [{ config: 'a', split: 'test', validation: 'train' }, ['a', 'test', 'train']],
  ])('%j', (wanted, expected) => {
    expect(splits(wanted)).toEqual(expected);
  });

  test('the one config there is, and one that says it is the default', () => {
    expect(splits({}, many.slice(2))[0]).toBe('c');
    const paths = ['a/x.txt', 'b/x.txt'];
    const cardData = {
      configs: [
        { config_name: 'a', data_dir: 'a' },
        { config_name: 'b', data_dir: 'b', default: true },
      ],
    };
    expect(splits({}, configsOf(listing(paths, cardData)))[0]).toBe('b');
    expect(splits({}, configsOf(listing(['a/test.txt'])))).toEqual(['default', 'test', undefined]);
  });

  test.each<[object, string]>([
    [{}, 'a, b, c'],
    [{ config: 'd' }, 'a, b, c'],
    [{ config: 'a', split: 'Train' }, 'validation, train, test'],
    [{ config: 'b', validation: 'validation' }, 'train, test'],
  ])('%j is refused, and what there is named', (wanted, there) => {
    const names = there.split(', ').toSorted();
    try {
      splits(wanted);
      expect.unreachable();
    } catch (error) {
      const { code, message } = error as { code: string; message: string };
      expect(code).toBe('DATA_HUB_SPLIT');
      for (const name of names) expect(message).toContain(name);
      expect(message).toMatch(/hf:owner\/name\?config=a|\?split=/);
    }
  });
});

describe('the environment', () => {
  test('is read as the other programs of Hugging Face read it', () => {
    const read = (env: NodeJS.ProcessEnv) => {
      const { endpoint, cache, offline } = hubEnvironment(env);
      return [endpoint, cache, offline];
    };
    const home = { XDG_CACHE_HOME: '/c' };
    expect(read(home)).toEqual(['https://huggingface.co', '/c/huggingface/hub', false]);
    expect(read({ ...home, HF_HOME: '/h', HF_HUB_OFFLINE: 'True' })).toEqual([
      'https://huggingface.co',
      '/h/hub',
      true,
    ]);
    expect(
      read({
        HF_HUB_CACHE: '/x',
        HF_HOME: '/h',
        HF_ENDPOINT: 'http://mirror/',
        HF_HUB_OFFLINE: '0',
      }),
    ).toEqual(['http://mirror', '/x', false]);
  });

  test('has a token that looks like one, or none', async () => {
    const token = (env: NodeJS.ProcessEnv) =>
      hubEnvironment({ HF_HOME: '/nowhere', ...env }).token();
    expect(await token({})).toBeUndefined();
    expect(await token({ HF_TOKEN: ' hf_abc\n' })).toBe('hf_abc');
    const secret = token({ HF_TOKEN: 'secret text' });
    await expect(secret).rejects.toThrow(expect.objectContaining({ code: 'DATA_HUB_ACCESS' }));
    await expect(secret).rejects.not.toThrow(/secret/);
  });

  test('without the package fails with how to get it', async () => {
    const missing = '@huggingface/hub-that-nobody-has';
    const loading = loadHubPackage(() => import(/* @vite-ignore */ missing) as never);
    await expect(loading).rejects.toMatchObject({
      code: 'DATA_HUB_PACKAGE',
      message: expect.stringContaining('npm i @huggingface/hub'),
    });
  });
});
