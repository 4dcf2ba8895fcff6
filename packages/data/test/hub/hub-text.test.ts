import { spawn } from 'node:child_process';
import { lstat, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import { lockContent } from '@moekit/files';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import type { LoadProgress } from '../../src/contract.js';
import { download } from '../../src/hub/download.js';
import { takeDraft } from '../../src/hub/draft.js';
import { assertRoom } from '../../src/hub/hub-cache.js';
import { hubText } from '../../src/hub/hub-text.js';
import { loadTokens } from '../../src/load-tokens.js';
import { textWithin } from '../../src/texts/text-file.js';
import { trainBpe } from '../../src/tokenizers/bpe/train-bpe.js';
import type { HubServer, ServedRepository } from './hub-server.js';
import { commitOf, gitHash, serveHub, sha256, TOKEN } from './hub-server.js';

const parquet = await readFile(new URL('../goldens/snappy.parquet', import.meta.url));
const parquetText = Array.from({ length: 120 }, (_, i) => `line ${i} – größer\n`).join('');
const json = (body: string, count: number) =>
  Array.from({ length: count }, (_, i) => JSON.stringify({ body: `${body} ${i}` })).join('\n');

const books: ServedRepository = {
  type: 'dataset',
  name: 'owner/books',
  cardData: {
    license: 'cc-by-4.0',
    configs: [
      {
        config_name: 'rows',
        data_files: [
          { split: 'train', path: 'rows/train-*' },
          { split: 'validation', path: 'rows/val*' },
        ],
      },
      { config_name: 'lines', data_files: [{ split: 'train', path: 'lines/*.txt' }] },
    ],
  },
  revisions: {
    main: {
      'README.md': '# Books',
      'rows/train-1.jsonl': json('first', 200),
      'rows/train-2.jsonl': json('second', 100),
      'rows/val.jsonl': json('held', 5),
      'lines/a #1.txt': 'ein größeres Buch, '.repeat(100),
    },
    old: { 'rows/train-1.jsonl': json('old', 200) },
  },
};

const tables: ServedRepository = {
  type: 'dataset',
  name: 'old/tables',
  cardData: { license: 'mit' },
  revisions: {
    main: { 'tables.py': 'print("a script")', 'data.csv': 'a,b' },
    'refs/convert/parquet': { 'default/train/0000.parquet': parquet },
  },
};

const tokenizerJson = JSON.stringify(trainBpe(['the other the other'], { vocabSize: 260 }));

const others: readonly ServedRepository[] = [
  { type: 'dataset', name: 'owner/pictures', revisions: { main: { 'a.png': 'x', 'b.zip': 'y' } } },
  { ...books, name: 'owner/gated', access: 'gated' },
  { ...books, name: 'owner/private', access: 'private' },
  {
    type: 'model',
    name: 'owner/model',
    revisions: { main: { 'tokenizer.json': tokenizerJson, 'config.json': '{}' } },
  },
  { type: 'model', name: 'owner/bare', revisions: { main: { 'config.json': '{}' } } },
];

let server: HubServer;
let folder: string;
let hub: string;

beforeEach(async () => {
  server = await serveHub([books, tables, ...others]);
  folder = await mkdtemp(join(tmpdir(), 'moekit-hub-'));
  hub = join(folder, 'hf', 'hub');
  vi.stubEnv('HF_ENDPOINT', server.url);
  vi.stubEnv('HF_HOME', join(folder, 'hf'));
  vi.stubEnv('MOEKIT_HOME', join(folder, 'moekit'));
  for (const name of ['HF_TOKEN', 'HF_HUB_CACHE', 'HUGGINGFACE_HUB_CACHE', 'HF_HUB_OFFLINE', 'HUGGING_FACE_HUB_TOKEN', 'HF_TOKEN_PATH']) vi.stubEnv(name, ''); // prettier-ignore
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await server.close();
  await rm(folder, { recursive: true });
});

const ROWS = 'hf:owner/books?config=rows&field=body';

async function read(
  source: string,
  {
    maxBytes,
    onProgress,
  }: { maxBytes?: number; onProgress?: (progress: LoadProgress) => void } = {},
) {
  const input = await hubText(source, { field: 'text', maxBytes, onProgress });
  const text = (await textWithin(input, maxBytes))!;
  return {
    ...text,
    train: String(Buffer.from(text.train)),
    validation: String(Buffer.from(text.validation)),
  };
}

const lines = (body: string, count: number) =>
  Array.from({ length: count }, (_, i) => `${body} ${i}\n`).join('');
const rowsTrain = `${lines('first', 200)}\n${lines('second', 100)}`;

const refused = (code: string, ...said: string[]) => ({
  code,
  message: expect.stringMatching(new RegExp(said.join('[^]*'))),
});

/** Files that hold content, not their names. */
async function blobs(): Promise<string[]> {
  const entries = await readdir(hub, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile() && entry.parentPath.endsWith('blobs')).map(({ name }) => name); // prettier-ignore
}

describe('a data set', () => {
  test('is its splits, found through pages and redirects, with its licence and commit', async () => {
    const text = await read(ROWS);
    expect(text).toMatchObject({
      name: 'owner/books rows',
      train: rowsTrain,
      validation: lines('held', 5),
    });
    expect(text.attribution).toBe(
      `data set owner/books, config rows, of the Hugging Face Hub at commit ${commitOf(books, 'main').slice(0, 12)}, trained on its split train, validated on its split validation. Licence: cc-by-4.0.`,
    );
    expect(server.requests.filter((request) => request.includes('/tree/'))).toHaveLength(4);
    expect(server.requests.filter((request) => request.startsWith('cdn'))).toHaveLength(2);
  });

  test('with one split has its last tenth held out; a name may hold any character', async () => {
    const { train, validation } = await read('hf:owner/books?config=lines');
    expect(train + validation).toBe('ein größeres Buch, '.repeat(100));
    expect(validation.length).toBeLessThan(200);
  });

  test('of no readable file is what the Hub made of it, under its new name', async () => {
    const { train, validation, attribution } = await read('hf:tables');
    expect(train + validation).toBe(parquetText);
    expect(attribution).toMatch(/^data set old\/tables, of [^]*Licence: mit\.$/);
  });

  test('may be asked for at a revision', async () => {
    const { train } = await read('hf:owner/books?revision=old&field=body&config=rows');
    expect(train.startsWith('old 0\n')).toBe(true);
    const commit = commitOf(books, 'old');
    const byCommit = await read(`hf:owner/books?revision=${commit}&field=body&config=rows`);
    expect(byCommit.train).toBe(train);
  });

  test('is fetched as far as it is read', async () => {
    const { train, validation } = await read(ROWS, { maxBytes: 1500 });
    expect(train).toBe(rowsTrain.slice(0, 1350));
    expect(validation).toBe(lines('held', 5));
    const cdn = server.requests.filter((request) => request.startsWith('cdn'));
    expect(cdn).toEqual([`cdn GET /${sha256(Buffer.from(json('first', 200)))}`]);
  });

  test('says how far it has come', async () => {
    const seen: LoadProgress[] = [];
    await read(ROWS, { onProgress: (progress) => seen.push(progress) });
    const bodies = [json('first', 200), json('second', 100), json('held', 5)];
    const total = bodies.join('').length;
    expect(seen[0]).toEqual({ what: 'owner/books', done: 0, total });
    expect(seen.at(-1)).toEqual({ what: 'owner/books', done: total, total });
    expect(seen.map(({ done }) => done)).toEqual(
      seen.map(({ done }) => done).toSorted((a, b) => a - b),
    );
  });

  test('that does not fit in memory is the same tokens in files', async () => {
    const wanted = { source: ROWS, tokenizer: 'bytes' };
    const inMemory = await loadTokens(wanted);
    const { largeText } = await import('../../src/large/large-text.js');
    const { byteTokenizer } = await import('../../src/tokenizers/byte-tokenizer.js');
    const input = await hubText(ROWS, { field: 'text' });
    for (const maxBytes of [undefined, 1500]) {
      const options = { maxBytes, tokenizer: async () => byteTokenizer(), tokenizerKey: 'bytes' };
      const inFiles = await largeText(input, options, join(folder, 'tokens'));
      const expected = maxBytes ? await loadTokens({ ...wanted, maxBytes }) : inMemory;
      for (const split of ['train', 'validation'] as const) {
        const { length } = expected[split];
        expect(inFiles[split]).toHaveLength(length);
        expect([...inFiles[split].slice(0, length)]).toEqual([...expected[split].slice(0, length)]);
      }
      expect(inFiles.attribution).toBe(expected.attribution);
    }
  });
});

describe('the cache', () => {
  test('has the layout of the other programs, and is enough without a network', async () => {
    const first = await read(ROWS);
    const commit = commitOf(books, 'main');
    const repository = join(hub, 'datasets--owner--books');
    expect(await readFile(join(repository, 'refs', 'main'), 'utf8')).toBe(commit);
    const link = join(repository, 'snapshots', commit, 'rows', 'train-1.jsonl');
    expect((await lstat(link)).isSymbolicLink()).toBe(true);
    expect((await blobs()).toSorted()).toEqual(
      [sha256(Buffer.from(json('first', 200))), sha256(Buffer.from(json('second', 100))), gitHash(Buffer.from(json('held', 5)))].toSorted(), // prettier-ignore
    );
    const asked = server.requests.length;
    vi.stubEnv('HF_HUB_OFFLINE', '1');
    expect(await read(ROWS)).toEqual(first);
    expect(server.requests).toHaveLength(asked);
    await expect(read('hf:owner/books?config=lines')).rejects.toMatchObject(
      refused('DATA_HUB_NETWORK', 'HF_HUB_OFFLINE is set', 'lines/a #1.txt'),
    );
    await expect(read('hf:owner/gated')).rejects.toMatchObject(
      refused('DATA_HUB_NETWORK', 'HF_HUB_OFFLINE is set', 'has nothing of'),
    );
    vi.stubEnv('HF_HUB_OFFLINE', '');
    vi.stubEnv('MOEKIT_LOOKED_UP_SINCE', String(Date.now() - 60_000));
    expect(await read(ROWS)).toEqual(first);
    expect(server.requests).toHaveLength(asked);
  });

  test('is used where the network is gone, and asked about once more where it is not', async () => {
    const first = await read(ROWS);
    const asked = server.requests.length;
    await read(ROWS);
    expect(server.requests.slice(asked).every((request) => request.includes('/api/'))).toBe(true);
    await server.close();
    expect(await read(ROWS)).toEqual(first);
    server = await serveHub([]);
  });

  test('that holds a damaged file fetches it again', async () => {
    const first = await read(ROWS);
    const blob = join(
      hub,
      'datasets--owner--books',
      'blobs',
      sha256(Buffer.from(json('first', 200))),
    );
    await writeFile(blob, 'short');
    expect(await read(ROWS)).toEqual(first);
  });

  test('that is no folder, or has no room, is a coded error', async () => {
    await writeFile(join(folder, 'hf'), 'a file');
    await expect(read(ROWS)).rejects.toMatchObject(refused('DATA_HUB_CACHE', 'HF_HOME'));
    const full = assertRoom(join(folder, 'x'), 3e6, async () => 1e6);
    await expect(full).rejects.toMatchObject(
      refused('DATA_HUB_CACHE', '3.0 MB must be free', '1.0 MB', 'maxBytes'),
    );
  });
});

describe('a download', () => {
  test('resumes where the connection broke', async () => {
    Object.assign(server.trouble, { cuts: 2, cutAt: 700 });
    expect((await read(ROWS)).train).toBe(rowsTrain);
    const [first, second, third] = server.requests.filter((request) => request.startsWith('cdn'));
    expect(first).not.toContain('bytes');
    expect(second).toMatch(/bytes=700-$/);
    expect(third).toMatch(/bytes=1400-$/);
  });

  test('begins again where the server sends everything', async () => {
    Object.assign(server.trouble, { cuts: 1, cutAt: 700, noRanges: true });
    expect((await read(ROWS)).train).toBe(rowsTrain);
  });

  test('of other bytes leaves nothing', async () => {
    server.trouble.flip = true;
    await expect(read(ROWS)).rejects.toMatchObject(
      refused('DATA_HUB_DOWNLOAD', 'rows/train-1.jsonl', 'other bytes'),
    );
    server.trouble.flip = false;
    expect((await read(ROWS)).train).toBe(rowsTrain);
    expect((await blobs()).filter((name) => name.includes('incomplete'))).toEqual([]);
  });

  test('that is cut off again and again keeps what came, for the next run', async () => {
    const body = Buffer.from(json('first', 200));
    const file = { path: 'a.jsonl', size: body.length, oid: sha256(body) };
    const blob = join(folder, 'blobs', file.oid);
    const starts: number[] = [];
    const open = (end: number | undefined) => async (from: number) => {
      starts.push(from);
      return new Response(body.subarray(from, end), { status: from > 0 ? 206 : 200 });
    };
    const wanted = { file, blob, onSize: () => undefined, retries: [1, 1] };
    await expect(download({ ...wanted, open: open(500) })).rejects.toMatchObject(
      refused('DATA_HUB_DOWNLOAD', '500 of', 'the download resumes'),
    );
    expect(await readdir(join(folder, 'blobs'))).toEqual([expect.stringContaining('.incomplete')]);
    await download({ ...wanted, open: open(undefined) });
    expect(starts).toEqual([0, 500, 500, 500, 500]);
    expect(await readFile(blob)).toEqual(body);
    expect(await readdir(join(folder, 'blobs'))).toEqual([file.oid]);
  });

  test('takes over what a process that is gone left, be it wrong, and not what a living one writes', async () => {
    const body = Buffer.from(json('first', 200));
    const file = { path: 'a.jsonl', size: body.length, oid: sha256(body) };
    for (const [left, starts] of [
      [body.subarray(0, 300), [300]],
      [Buffer.alloc(300), [300, 0]],
    ] as const) {
      const blobFolder = await mkdtemp(join(folder, 'blobs-'));
      const blob = join(blobFolder, file.oid);
      const [gone, living, theirs] = ['.moekit-0', '.moekit-1', ''].map(
        (name) => `${blob}${name}.incomplete`,
      ) as [string, string, string];
      await writeFile(gone, left);
      await writeFile(living, 'x'.repeat(500));
      await writeFile(theirs, 'of another program');
      const holder = lockContent(living)!;
      const asked: number[] = [];
      const open = async (from: number) => {
        asked.push(from);
        return new Response(body.subarray(from), { status: from > 0 ? 206 : 200 });
      };
      await download({ file, blob, open, onSize: () => undefined });
      expect(asked).toEqual(starts);
      expect(await readFile(blob)).toEqual(body);
      holder.release();
      expect(await readFile(living, 'utf8')).toBe('x'.repeat(500));
      expect(await readdir(blobFolder)).toHaveLength(3);
    }
  });

  test('keeps apart two processes that fetch at the same time, on whatever host they are', async () => {
    const blob = join(await mkdtemp(join(folder, 'blobs-')), 'blob');
    const [one, other] = [await takeDraft(blob), await takeDraft(blob)];
    expect(one.path).not.toBe(other.path);
    await writeFile(one.path, 'less');
    await writeFile(other.path, 'more of it');
    one.release();
    other.release();
    const third = await takeDraft(blob);
    expect([third.path, await readdir(dirname(blob))]).toEqual([
      other.path,
      [basename(other.path)],
    ]);
    third.release();
  });

  test.skipIf(process.platform !== 'linux')(
    'takes over the part of a process the moment that it is killed, collected or not',
    async () => {
      const blob = join(await mkdtemp(join(folder, 'blobs-')), 'blob');
      const left = `${blob}.moekit-0.incomplete`;
      await writeFile(left, 'what was fetched');
      const writer = spawn('flock', ['-w', '10', '-o', left, 'sleep', '60'], { detached: true });
      try {
        let free = lockContent(left);
        while (free) {
          free.release();
          await wait(10);
          free = lockContent(left);
        }
        const second = await takeDraft(blob);
        expect(second.path).not.toBe(left);
        second.release();
        process.kill(writer.pid!, 'SIGKILL');
        for (let tries = 0; !free && tries < 500; tries++) {
          await wait(10);
          free = lockContent(left);
        }
        free?.release();
        expect(await readFile((await takeDraft(blob)).path, 'utf8')).toBe('what was fetched');
      } finally {
        process.kill(-writer.pid!, 'SIGKILL');
      }
    },
  );

  test('waits for a server that is busy', async () => {
    server.trouble.busy = 2;
    expect((await read(ROWS)).train).toBe(rowsTrain);
  });
});

describe('a missing or refused text', () => {
  test.each<[string, string, ReturnType<typeof refused>]>([
    ['a name that nobody has', 'hf:owner/boks', refused('DATA_HUB_MISSING', 'owner/boks', '401 Repository not found', 'private one needs HF_TOKEN')], // prettier-ignore
    ['a private one', 'hf:owner/private?config=rows', refused('DATA_HUB_MISSING', 'HF_TOKEN')],
    ['a revision', 'hf:owner/books?revision=v9', refused('DATA_HUB_MISSING', 'revision v9')],
    ['a gated one', 'hf:owner/gated?config=rows&field=body', refused('DATA_HUB_ACCESS', 'restricted', 'datasets/owner/gated', 'HF_TOKEN')], // prettier-ignore
    ['a config', 'hf:owner/books?config=x', refused('DATA_HUB_SPLIT', 'rows, lines')],
    ['which config', 'hf:owner/books', refused('DATA_HUB_SPLIT', 'rows, lines', 'config=rows')],
    [
      'a split',
      'hf:owner/books?config=rows&split=x',
      refused('DATA_HUB_SPLIT', 'train, validation'),
    ],
    ['a field', 'hf:owner/books?config=rows', refused('DATA_FORMAT', 'named text', 'body')],
    ['a column', 'hf:tables?field=x', refused('DATA_FORMAT', 'named x', 'id, text')],
    ['any text', 'hf:owner/pictures', refused('DATA_HUB_FORMAT', '\\.png, \\.zip')],
  ])('%s', async (_what, source, expected) => {
    await expect(read(source)).rejects.toMatchObject(expected);
  });

  test('is had with a token, which goes to the Hub alone', async () => {
    vi.stubEnv('HF_TOKEN', TOKEN);
    for (const name of ['gated', 'private']) {
      const { train } = await read(`hf:owner/${name}?config=rows&field=body`);
      expect(train).toBe(rowsTrain); // the content server refuses requests with a token
    }
    await expect(read('hf:owner/boks')).rejects.toMatchObject(
      refused('DATA_HUB_MISSING', 'what the token may read'),
    );
    vi.stubEnv('HF_TOKEN', 'hf_wrong');
    await expect(read(ROWS)).rejects.toMatchObject(
      refused('DATA_HUB_ACCESS', 'Invalid credentials'),
    );
  });

  test('without a network says so', async () => {
    await server.close();
    await expect(read(ROWS)).rejects.toMatchObject(
      refused('DATA_HUB_NETWORK', server.url, 'ECONNREFUSED', 'HF_ENDPOINT'),
    );
    server = await serveHub([]);
  });
});

describe('a tokenizer', () => {
  test('is that of a model, and in the cache then', async () => {
    const wanted = { source: 'hf:tables', tokenizer: 'hf:owner/model' };
    const online = await loadTokens(wanted);
    expect(online.vocabSize).toBe(260);
    vi.stubEnv('HF_HUB_OFFLINE', '1');
    expect(await loadTokens(wanted)).toEqual(online);
  });

  test('that a model lacks is a coded error', async () => {
    await expect(
      loadTokens({ source: 'tiny-shakespeare', tokenizer: 'hf:owner/bare' }),
    ).rejects.toMatchObject(refused('DATA_HUB_MISSING', 'tokenizer.json'));
  });
});
