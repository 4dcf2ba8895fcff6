import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A repository that the server has; every revision is one commit. */
export interface ServedRepository {
  readonly type: 'dataset' | 'model';
  readonly name: string;
  readonly cardData?: unknown;
  /** Files by revision, `main` among them. */
  readonly revisions: Readonly<Record<string, Readonly<Record<string, string | Uint8Array>>>>;
  /** Its files need a token; `private`: all of it does. */
  readonly access?: 'gated' | 'private';
}

export interface HubServer {
  readonly url: string;
  /** `hub GET /path` and `cdn GET /path bytes=0-0`, in order. */
  readonly requests: string[];
  /** Changes what goes wrong from now on. */
  readonly trouble: Trouble;
  readonly close: () => Promise<void>;
}

export interface Trouble {
  /** Entries on a page of a listing. */
  pageSize: number;
  /** So many bodies of the CDN end after `cutAt` bytes. */
  cuts: number;
  cutAt: number;
  /** So many requests are answered with 503. */
  busy: number;
  /** The CDN sends other bytes, or all bytes whatever is asked. */
  flip: boolean;
  noRanges: boolean;
  /** The CDN sends `cutAt` bytes and then nothing, without ending. */
  stall: boolean;
}

/** The one token that opens everything. */
export const TOKEN = 'hf_testtoken';

/** Larger files are stored apart, as the Hub's large-file storage does. */
const LARGE = 200;

/**
 * A server with the parts of the Hub's API that `@huggingface/hub` uses for reading: repository information, listings in
 * pages, `resolve` with Xet information, redirects to a content server on another origin, ranges, error codes in headers.
 */
export async function serveHub(repositories: readonly ServedRepository[]): Promise<HubServer> {
  const requests: string[] = [];
  const trouble: Trouble = {
    ...{ pageSize: 2, cuts: 0, cutAt: 100, busy: 0 },
    ...{ flip: false, noRanges: false, stall: false },
  };
  const blobs = new Map<string, Buffer>();
  const cdn = createServer((request, response) => {
    requests.push(`cdn ${request.method} ${request.url} ${request.headers.range ?? ''}`.trim());
    // a redirect to another origin must not carry the token
    if (request.headers.authorization) return void response.writeHead(400).end('a token');
    sendContent(request, response, { body: blobs.get(request.url!.slice(1))!, trouble });
  });
  const cdnUrl = await listen(cdn);
  const hub = createServer((request, response) => {
    requests.push(`hub ${request.method} ${request.url}`);
    if (trouble.busy-- > 0) return void response.writeHead(503).end('busy');
    answer(request, response, { url, cdnUrl, repositories, trouble, blobs });
  });
  const url = await listen(hub);
  const close = async () => {
    for (const server of [hub, cdn]) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  };
  return { url, requests, trouble, close };
}

async function listen(server: ReturnType<typeof createServer>): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

interface Served {
  readonly url: string;
  readonly cdnUrl: string;
  readonly repositories: readonly ServedRepository[];
  readonly trouble: Trouble;
  readonly blobs: Map<string, Buffer>;
}

function answer(request: IncomingMessage, response: ServerResponse, served: Served): void {
  const { pathname, searchParams } = new URL(request.url!, served.url);
  const call =
    /^\/api\/(dataset|model)s\/(.+?)\/(revision|tree)\/([^/]+)$/.exec(pathname) ??
    /^\/(dataset)s\/(.+?)\/(resolve)\/([^/]+)\/(.+)$/.exec(pathname) ??
    /^\/()(.+?)\/(resolve)\/([^/]+)\/(.+)$/.exec(pathname);
  const [, type = '', name = '', what, encoded = '', path = ''] = call ?? [];
  const canonical = type === 'dataset' && !name.includes('/') ? `old/${name}` : name;
  const repository = served.repositories.find(
    (one) => one.type === (type || 'model') && one.name === canonical,
  );
  const token = request.headers.authorization;
  if (token && token !== `Bearer ${TOKEN}`) {
    return refuse(response, 401, { message: 'Invalid credentials in Authorization header' });
  }
  const isHidden = repository?.access === 'private' && !token;
  if (!repository || isHidden) {
    const code = 'RepoNotFound';
    return refuse(response, token ? 404 : 401, { code, message: 'Repository not found' });
  }
  if (canonical !== name) {
    const location = request.url!.replace(name, canonical);
    return void response.writeHead(307, { location }).end();
  }
  const revision = decodeURIComponent(encoded);
  const found = Object.entries(repository.revisions).find(
    ([known]) => known === revision || commitOf(repository, known) === revision,
  );
  if (!found) {
    return refuse(response, 404, {
      code: 'RevisionNotFound',
      message: `Invalid rev id: ${revision}`,
    });
  }
  const [known, files] = found;
  if (what === 'revision') {
    const sha = commitOf(repository, known);
    const card = known.startsWith('refs/') ? {} : { cardData: repository.cardData };
    return json(response, { _id: '1', id: repository.name, sha, gated: false, ...card });
  }
  if (what === 'tree') return tree(response, { files, searchParams, request, served });
  if (repository.access === 'gated' && !token) {
    const message = `Access to dataset ${name} is restricted. You must be authenticated to access it.`;
    return refuse(response, 401, { code: 'GatedRepo', message });
  }
  return resolveFile(request, response, { served, content: files[decodeURIComponent(path)] });
}

/** Forty hex digits. */
export function commitOf({ name, revisions }: ServedRepository, revision: string): string {
  const sizes = Object.entries(revisions[revision]!).map(([path, { length }]) => [path, length]);
  const content = JSON.stringify([name, revision, sizes]);
  return createHash('sha1').update(content).digest('hex');
}

function refuse(
  response: ServerResponse,
  status: number,
  { code, message }: { readonly code?: string; readonly message: string },
): void {
  const headers = { ...(code && { 'x-error-code': code }), 'x-error-message': message };
  response.writeHead(status, { ...headers, 'content-type': 'application/json' });
  response.end(JSON.stringify({ error: message }));
}

function json(response: ServerResponse, body: unknown, headers = {}): void {
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8', ...headers });
  response.end(JSON.stringify(body));
}

interface TreeCall {
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  readonly searchParams: URLSearchParams;
  readonly request: IncomingMessage;
  readonly served: Served;
}

function tree(response: ServerResponse, call: TreeCall): void {
  const { files, searchParams, request, served } = call;
  const from = Number(searchParams.get('cursor') ?? 0);
  const to = from + served.trouble.pageSize;
  const folders = Object.keys(files).flatMap((path) => path.split('/').slice(0, -1).slice(0, 1));
  const entries = [
    ...[...new Set(folders)].map((path) => ({ type: 'directory', path, size: 0, oid: '0' })),
    ...Object.entries(files).map(([path, content]) => entry(path, Buffer.from(content))),
  ];
  const next = new URL(request.url!, served.url);
  next.searchParams.set('cursor', String(to));
  const headers = to < entries.length ? { link: `<${next.href}>; rel="next"` } : {};
  json(response, entries.slice(from, to), headers);
}

function entry(path: string, content: Buffer) {
  const { length: size } = content;
  if (size <= LARGE) return { type: 'file', path, size, oid: gitHash(content) };
  const pointer = Buffer.from(`version 1\noid sha256:${sha256(content)}\nsize ${size}\n`);
  const lfs = { oid: sha256(content), size, pointerSize: pointer.length };
  return { type: 'file', path, size, oid: gitHash(pointer), lfs, xetHash: sha256(pointer) };
}

export const sha256 = (content: Uint8Array) => createHash('sha256').update(content).digest('hex');

export const gitHash = (content: Uint8Array) =>
  createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex');

const calm = { cuts: 0, flip: false, noRanges: false, stall: false };

interface ResolveCall {
  readonly served: Served;
  readonly content: string | Uint8Array | undefined;
}

function resolveFile(
  request: IncomingMessage,
  response: ServerResponse,
  { served, content }: ResolveCall,
): void {
  if (content === undefined) {
    return refuse(response, 404, { code: 'EntryNotFound', message: 'Entry not found' });
  }
  const body = Buffer.from(content);
  const { trouble, url, cdnUrl, blobs } = served;
  if (body.length <= LARGE) {
    response.setHeader('etag', `"${gitHash(body)}"`);
    return sendContent(request, response, { body, trouble: { ...trouble, ...calm } });
  }
  const hash = sha256(body);
  blobs.set(hash, body);
  const linked = { 'x-linked-size': body.length, 'x-linked-etag': `"${hash}"` };
  if (request.headers.accept?.includes('application/vnd.xet-fileinfo+json')) {
    const links = `<${url}/xet/auth>; rel="xet-auth", <${url}/xet/${hash}>; rel="xet-reconstruction-info"`;
    const headers = { ...linked, 'x-xet-hash': hash, link: links };
    response.writeHead(200, { ...headers, 'content-type': 'application/vnd.xet-fileinfo+json' });
    return void response.end(JSON.stringify({ hash }));
  }
  response.writeHead(302, { ...linked, location: `${cdnUrl}/${hash}` }).end();
}

interface Content {
  readonly body: Buffer;
  readonly trouble: Trouble;
}

function sendContent(
  request: IncomingMessage,
  response: ServerResponse,
  { body, trouble }: Content,
): void {
  const [, from] = /^bytes=(\d+)-/.exec(request.headers.range ?? '') ?? [];
  const to = /-(\d+)$/.exec(request.headers.range ?? '')?.[1] ?? body.length - 1;
  const isPart = from !== undefined && !trouble.noRanges;
  const sent = Buffer.from(isPart ? body.subarray(Number(from), Number(to) + 1) : body);
  if (trouble.flip) sent[0]! ^= 1;
  const range = isPart ? { 'content-range': `bytes ${from}-${to}/${body.length}` } : {};
  response.writeHead(isPart ? 206 : 200, { 'content-length': sent.length, ...range });
  if (trouble.stall) return void response.write(sent.subarray(0, trouble.cutAt));
  if (trouble.cuts-- > 0) {
    response.write(sent.subarray(0, trouble.cutAt), () => setTimeout(() => response.destroy(), 20));
    return;
  }
  response.end(sent);
}
