import { access, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';

import { apiFetch } from '../../src/hub/answer.js';
import { download } from '../../src/hub/download.js';
import { openDraft, takeDraft } from '../../src/hub/draft.js';
import { hubText } from '../../src/hub/hub-text.js';
import { entrySchema } from '../../src/hub/listing-schema.js';
import { chunksOf, received } from '../../src/hub/received.js';
import { textWithin } from '../../src/texts/text-file.js';
import { gitHash, sha256 } from './hub-server.js';

const SHA = 'a'.repeat(40);
const body = Buffer.from('a line of text\n'.repeat(100));

/** The answer of a hostile Hub; tests change it. */
let info: unknown;
let tree: (request: IncomingMessage, response: ServerResponse) => void;
let file: Buffer;
let server: Server;
let folder: string;
let url: string;
const requests: string[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    requests.push(request.url!);
    if (request.url!.includes('/revision/')) return void response.end(JSON.stringify(info));
    if (request.url!.includes('/tree/')) return tree(request, response);
    const isLook = request.headers.range === 'bytes=0-0';
    const range = isLook ? { 'content-range': `bytes 0-0/${file.length}` } : {};
    response.writeHead(isLook ? 206 : 200, { etag: '"x"', ...range });
    response.end(isLook ? file.subarray(0, 1) : file);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

beforeEach(async () => {
  info = { _id: '1', id: 'owner/set', sha: SHA };
  file = body;
  requests.length = 0;
  folder = await mkdtemp(join(tmpdir(), 'moekit-hostile-'));
  vi.stubEnv('HF_ENDPOINT', url);
  vi.stubEnv('HF_HOME', join(folder, 'hf'));
  vi.stubEnv('MOEKIT_HOME', join(folder, 'moekit'));
  for (const name of ['HF_TOKEN', 'HF_HUB_CACHE', 'HF_HUB_OFFLINE']) vi.stubEnv(name, '');
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

const entry = { type: 'file', path: 'a.txt', size: body.length, oid: gitHash(body) };

function lists(...entries: unknown[]): void {
  tree = (_request, response) => void response.end(JSON.stringify(entries));
}

async function read(): Promise<string> {
  const text = await textWithin(await hubText('hf:owner/set', { field: 'text' }), undefined);
  return Buffer.concat([text!.train, text!.validation]).toString();
}

const refused = (code: string, ...said: string[]) => ({
  code,
  message: expect.stringMatching(new RegExp(said.join('[^]*'))),
});

test('a Hub that is honest is believed', async () => {
  lists({ type: 'directory', path: 'x', size: 0, oid: '0' }, entry);
  expect(await read()).toBe(String(body));
});

describe('a listing', () => {
  const lfs = { oid: sha256(body), size: body.length };

  test.each<[string, unknown]>([
    ['a hash that is a path', { ...entry, oid: '../../x' }],
    ['a large hash that is a path', { ...entry, lfs: { ...lfs, oid: '/etc/passwd' } }],
    ['a hash that is a number', { ...entry, oid: 7 }],
    ['no hash', { ...entry, oid: undefined }],
    ['a hash in capitals', { ...entry, oid: 'A'.repeat(40) }],
    ['a size that is text', { ...entry, size: '10' }],
    ['a size below 0', { ...entry, size: -1 }],
    ['a size with a fraction', { ...entry, size: 0.5 }],
    ['a size without end', { ...entry, size: 1e300 }],
    ['a path up', { ...entry, path: '../a.txt' }],
    ['a path up inside', { ...entry, path: 'a/../../a.txt' }],
    ['an absolute path', { ...entry, path: '/tmp/a.txt' }],
    ['an empty part', { ...entry, path: 'a//b.txt' }],
    ['a backslash', { ...entry, path: '..\\a.txt' }],
    ['NUL', { ...entry, path: 'a\0.txt' }],
    ['an escape', { ...entry, path: '\u001b[31ma.txt' }],
    ['half a surrogate pair', { ...entry, path: '\ud83d.txt' }],
    ['a path without end', { ...entry, path: `${'a/'.repeat(3000)}b.txt` }],
    ['a path that is none', { ...entry, path: null }],
    ['an entry that is null', null],
    ['an entry that is a list', []],
  ])('with %s is refused, and nothing is written', async (_what, odd) => {
    lists(entry, odd);
    await expect(read()).rejects.toMatchObject(refused('DATA_HUB_ANSWER', url));
    await expect(access(join(folder, 'hf'))).rejects.toThrow();
  });

  test('that has a file twice is refused', async () => {
    lists(entry, { ...entry, oid: SHA });
    await expect(read()).rejects.toMatchObject(refused('DATA_HUB_ANSWER', 'a.txt twice'));
  });

  test.each<[string, unknown]>([
    ['a commit that is a path', { id: 'owner/set', sha: '../../x' }],
    ['a commit that is a number', { id: 'owner/set', sha: 7 }],
    ['a name that is a path', { id: '../set', sha: SHA }],
    ['a name that writes to the terminal', { id: 'owner/\u001b[31m', sha: SHA }],
    ['no name', { sha: SHA }],
  ])('of %s is refused', async (_what, odd) => {
    info = odd;
    lists(entry);
    await expect(read()).rejects.toMatchObject(refused('DATA_HUB_ANSWER', url));
  });

  test.each<[string, unknown]>([
    ['null', null],
    ['a number', 7],
    ['a list', []],
  ])('of a state that is %s is an error with a code', async (_what, odd) => {
    info = odd;
    lists(entry);
    await expect(read()).rejects.toMatchObject({ code: /^DATA_HUB_(ANSWER|NETWORK)$/ });
  });

  test('whose next page is itself, or on another host, is not followed', async () => {
    for (const [next, said] of [
      ['', 'there before'],
      ['http://localhost:1/api', 'another host'],
    ] as const) {
      tree = (request, response) => {
        response.setHeader('link', `<${next || url + request.url}>; rel="next"`);
        response.end('[]');
      };
      await expect(read()).rejects.toMatchObject(refused('DATA_HUB_ANSWER', said));
    }
    expect(requests.filter((path) => path.includes('/tree/'))).toHaveLength(2);
  });

  const asked = { type: 'dataset', name: 'owner/set', revision: 'main', hasToken: false } as const;

  test('has so many pages and bytes, packed or not', async () => {
    tree = (request, response) => {
      const zeros = gzipSync(Buffer.alloc(2 ** 22, ' '));
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(zeros);
    };
    const small = apiFetch({ ...asked, endpoint: url }, { bytes: 2 ** 20, pages: 2 });
    await expect(small(`${url}/tree/1`)).rejects.toMatchObject(
      refused('DATA_HUB_ANSWER', 'more than 1048576 bytes'),
    );
    lists();
    const few = apiFetch({ ...asked, endpoint: url }, { pages: 2 });
    for (const page of [1, 2]) expect(await (await few(`${url}/tree/${page}`)).json()).toEqual([]);
    await expect(few(`${url}/tree/3`)).rejects.toMatchObject(
      refused('DATA_HUB_ANSWER', 'more than 2 pages'),
    );
  });

  test('that does not come is not waited for', async () => {
    tree = (_request, response) => void response.write('[');
    const hasty = apiFetch({ ...asked, endpoint: url }, { ms: 50 });
    await expect(hasty(`${url}/tree/1`)).rejects.toThrow('timeout');
  });

  test('whatever an entry says, it is refused or stays inside', () => {
    const part = fc.oneof(
      fc.constantFrom('..', '.', '', '/', '\\', '\0', 'a', '%2e%2e'),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
        const path = parts.join('/');
        const { success } = entrySchema.safeParse({ ...entry, path });
        return !success || join('/root', path) === `/root/${path}`;
      }),
    );
  });
});

describe('the cache', () => {
  const cache = () => join(folder, 'hf', 'hub', 'datasets--owner--set');

  test('is read by its bytes: another file of that size is fetched again', async () => {
    lists(entry);
    await read();
    const blob = join(cache(), 'blobs', entry.oid);
    await writeFile(blob, Buffer.from(String(body).toUpperCase()));
    expect(await read()).toBe(String(body));
    await writeFile(blob, Buffer.from(String(body).toUpperCase()));
    vi.stubEnv('HF_HUB_OFFLINE', '1');
    await expect(read()).rejects.toMatchObject(refused('DATA_HUB_NETWORK', 'a.txt', 'the hash'));
  });

  test('that leads to a file of the user is not believed for its size', async () => {
    lists(entry);
    const own = join(folder, 'own.txt');
    await writeFile(own, 'x'.repeat(body.length));
    await mkdir(join(cache(), 'blobs'), { recursive: true });
    await symlink(own, join(cache(), 'blobs', entry.oid));
    expect(await read()).toBe(String(body));
    expect(await readFile(own, 'utf8')).toBe('x'.repeat(body.length));
  });

  test('whose listing was changed by hand is asked for again', async () => {
    lists(entry);
    await read();
    const { readdir } = await import('node:fs/promises');
    const [name] = await readdir(join(folder, 'moekit', 'datasets'));
    const path = join(folder, 'moekit', 'datasets', name!);
    await writeFile(path, (await readFile(path, 'utf8')).replace('a.txt', '../a.txt'));
    vi.stubEnv('HF_HUB_OFFLINE', '1');
    await expect(read()).rejects.toMatchObject(refused('DATA_HUB_NETWORK', 'has nothing of'));
  });

  test('has drafts that lead nowhere else', async () => {
    const own = join(folder, 'own.txt');
    await writeFile(own, 'mine');
    const blob = join(folder, 'blob');
    await symlink(own, `${blob}.moekit-0.incomplete`);
    const draft = await takeDraft(blob);
    const handle = await openDraft(draft.path);
    await handle.appendFile('theirs');
    await handle.close();
    draft.release();
    expect(await readFile(own, 'utf8')).toBe('mine');
    expect(await readFile((await takeDraft(blob)).path, 'utf8')).toBe('theirs');
  });
});

describe('a file', () => {
  test.each([
    ['more', () => Buffer.concat([body, body])],
    ['other', () => Buffer.from(body).fill('x')],
  ])('of %s bytes than stated is refused', async (_what, sent) => {
    lists(entry);
    file = sent();
    await expect(read()).rejects.toMatchObject(refused('DATA_HUB_DOWNLOAD', 'a.txt'));
  });

  test('that comes a byte at a time, connection by connection, is given up', async () => {
    let opened = 0;
    const open = async (from: number) => {
      opened++;
      return new Response(new Uint8Array(1), { status: from > 0 ? 206 : 200 });
    };
    const wanted = { file: { path: 'a', size: 1e6, oid: SHA }, blob: join(folder, 'b') };
    await expect(
      download({ ...wanted, open, onSize: () => undefined, retries: [0] }),
    ).rejects.toMatchObject(refused('DATA_HUB_DOWNLOAD', 'kept ending'));
    expect(opened).toBe(101);
  });

  test('that hardly comes is a connection that broke', async () => {
    const drip = new ReadableStream<Uint8Array>({
      async pull(controller) {
        await new Promise((resolve) => setTimeout(resolve, 5));
        controller.enqueue(new Uint8Array(1));
      },
    });
    await expect(
      (async () => {
        for await (const chunk of chunksOf(new Response(drip), { ms: 40, bytes: 1000 })) void chunk;
      })(),
    ).rejects.toThrow('hardly anything');
    const { body: start, more } = await received(new Response('x'.repeat(100)), 10);
    expect([start.length, more]).toEqual([10, true]);
  });
});
