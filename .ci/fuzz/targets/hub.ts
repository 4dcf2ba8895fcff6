import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync } from 'node:fs';
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, sep } from 'node:path';

import { loadTokens } from '../../../packages/data/src/load-tokens.js';
import type { Target } from '../target.js';
import { must } from '../target.js';

const lines = (name: string) =>
  Array.from({ length: 60 }, (_, i) =>
    JSON.stringify({ text: `${name} ${i} and some words` }),
  ).join('\n');

const contents: Readonly<Record<string, Buffer>> = {
  'a/train-1.jsonl': Buffer.from(lines('first')),
  'a/train-2.jsonl': Buffer.from(lines('second')),
  'a/validation.jsonl': Buffer.from(lines('third')),
};

const gitHash = (content: Buffer) =>
  createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex');

/** The answers of a hub as one document: the repository, and the pages of its listing with the link to the next. */
const said = {
  info: {
    _id: '1',
    id: 'owner/set',
    sha: '0123456789abcdef0123456789abcdef01234567',
    gated: false,
    private: false,
    downloads: 1,
    likes: 1,
    lastModified: '2024-01-01T00:00:00.000Z',
    cardData: {
      license: 'mit',
      configs: [{ config_name: 'a', data_files: [{ split: 'train', path: 'a/train-*' }] }],
    },
  },
  pages: [
    {
      next: '?cursor=1',
      entries: Object.entries(contents).map(([path, content]) => ({
        type: 'file',
        path,
        size: content.length,
        oid: gitHash(content),
      })),
    },
    { next: null, entries: [{ type: 'directory', path: 'a', size: 0, oid: '0' }] },
  ],
};

interface Said {
  readonly info?: unknown;
  readonly pages?: readonly ({ next?: unknown; entries?: unknown } | null)[];
}

let server: Server | undefined;
let now: Said = {};

async function serve(): Promise<string> {
  server ??= createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url!, 'http://hub');
    const json = (body: unknown, headers = {}) => {
      response.writeHead(200, { 'content-type': 'application/json', ...headers });
      response.end(textOf(body));
    };
    if (pathname.includes('/revision/')) return json(now.info);
    if (pathname.includes('/tree/')) {
      const page = now.pages?.[Number(searchParams.get('cursor') ?? 0)];
      const { next } = page ?? {};
      const link = typeof next === 'string' && /^[\x21-\x7e]+$/.test(next) ? next : undefined;
      const headers = link === undefined ? {} : { link: `<${here(pathname, link)}>; rel="next"` };
      return json(page?.entries, headers);
    }
    const path = decodeURIComponent(/\/resolve\/[^/]+\/(.+)$/.exec(pathname)?.[1] ?? '');
    const body = contents[path] ?? Buffer.from('{"text":"of no file"}');
    const [, from = '0', to = String(body.length - 1)] =
      /^bytes=(\d+)-(\d+)?$/.exec(request.headers.range ?? '') ?? [];
    response.writeHead(206, {
      etag: `"${gitHash(body)}"`,
      'content-range': `bytes ${from}-${to}/${body.length}`,
    });
    response.end(body.subarray(Number(from), Number(to) + 1));
  }).listen(0, '127.0.0.1');
  server.unref();
  if (!server.listening) await new Promise((resolve) => server!.once('listening', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A body nested too deep for `JSON.stringify` is written as nested arrays. */
function textOf(body: unknown): string {
  try {
    return JSON.stringify(body) ?? '';
  } catch {
    return '['.repeat(20_000) + ']'.repeat(20_000);
  }
}

function here(pathname: string, link: string): string {
  const { port } = server!.address() as AddressInfo;
  try {
    return new URL(link, `http://127.0.0.1:${port}${pathname}`).href;
  } catch {
    return link;
  }
}

/** A hub that says anything at all: files are written only into its cache, under their own hash. */
const hub: Target = {
  name: 'hub',
  form: 'json',
  seeds: () => [Buffer.from(JSON.stringify(said))],
  async read(input, folder) {
    now = parse(input);
    const cache = join(folder, 'a', 'b', 'c', 'cache');
    mkdirSync(cache, { recursive: true });
    Object.assign(process.env, {
      HF_ENDPOINT: await serve(),
      HF_HUB_CACHE: cache,
      MOEKIT_HOME: join(folder, 'home'),
    });
    try {
      const { train } = await loadTokens({ source: 'hf:owner/set', tokenizer: 'bytes' });
      const text = Buffer.from(Uint8Array.from(train as Int32Array)).toString();
      must(!text.includes('of no file'), 'a file has the content of another');
    } finally {
      const outside = readdirSync(folder, { recursive: true })
        .map(String)
        .filter((path) => !isExpected(path));
      must(outside.length === 0, `it wrote ${outside.join()}`);
    }
  },
};

const isExpected = (path: string) =>
  ['a', 'home'].includes(path) ||
  path.startsWith(`home${sep}`) ||
  /^a(\/b(\/c(\/cache(\/.*)?)?)?)?$/.test(path.replaceAll(sep, '/'));

function parse(input: Buffer): Said {
  try {
    return Object(JSON.parse(input.toString())) as Said;
  } catch {
    return {};
  }
}

export const hubs = [hub];
