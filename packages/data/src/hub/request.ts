import { setTimeout as sleep } from 'node:timers/promises';

import { fail } from '../errors.js';
import { shown } from '../texts/text-errors.js';
import { received } from './received.js';
import type { HubRepository } from './repository.js';

/** Who is asked for what, for messages. */
export interface Asked extends HubRepository {
  readonly endpoint: string;
  readonly revision: string;
  readonly hasToken: boolean;
}

/** Busy or broken for a moment; asked again after so many milliseconds. */
const PASSING = new Set<number | string>([
  ...[408, 429, 500, 502, 503, 504],
  ...['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'], // not when nothing answers: that has taken its time
]);
export const RETRIES: readonly number[] = [500, 2000, 8000];

const LONGEST_WAIT = 60_000;

/** So much of an error's page is read. */
const LONGEST_ERROR = 2 ** 16;

/**
 * `fetch` whose failures are coded errors. A file that a repository lacks is not a failure.
 * @throws DATA_HUB_NETWORK, DATA_HUB_MISSING, DATA_HUB_ACCESS
 */
export function hubFetch(asked: Asked, retries = RETRIES): typeof fetch {
  return async (url, init) => {
    const response = await patiently(() => fetch(url, init), retries).catch((cause: unknown) => {
      throw unreachable(asked.endpoint, cause);
    });
    assertNoDowngrade(asked, response);
    if (response.ok || saidOf(response).code === 'EntryNotFound') return response;
    throw await refusal(response, asked);
  };
}

/** A redirect may lead to another host, not out of an encrypted connection. */
function assertNoDowngrade({ endpoint }: Asked, { url }: Response): void {
  if (!endpoint.startsWith('https:') || !url.startsWith('http:')) return;
  throw unreachable(endpoint, new Error(`a redirect to ${url}, which is not encrypted`));
}

/** Sends once more, after a wait, what failed in passing. */
async function patiently(
  send: () => Promise<Response>,
  [wait, ...waits]: readonly number[],
): Promise<Response> {
  const response = await send().catch((error: unknown) => {
    if (wait === undefined || !PASSING.has(codeOf(error))) throw error;
    return undefined;
  });
  if (response && (wait === undefined || !PASSING.has(response.status))) return response;
  await response?.body?.cancel();
  await sleep(waitOf(response, wait ?? 0));
  return patiently(send, waits);
}

function codeOf(error: unknown): string {
  const { cause, code } = error as { cause?: unknown; code?: string };
  return cause ? codeOf(cause) : (code ?? '');
}

function waitOf(response: Response | undefined, wait: number): number {
  const said = Number(response?.headers.get('retry-after')) * 1000;
  return Math.min(Math.max(said || 0, wait), LONGEST_WAIT);
}

/** @param cause what went wrong on the way */
export function unreachable(endpoint: string, cause: unknown) {
  return fail('DATA_HUB_NETWORK', {
    asked: `The Hugging Face Hub does not answer at ${endpoint}: ${shown(innermost(cause))}`,
    fix: 'Check the connection and HF_ENDPOINT, and run again; files already downloaded are kept. Behind a proxy, Node.js 24 reads HTTPS_PROXY with NODE_USE_ENV_PROXY=1.',
    cause,
  });
}

function innermost(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  if (error.cause instanceof Error) return innermost(error.cause);
  return error.message || code || error.name;
}

function saidOf({ headers }: Response) {
  return { code: headers.get('x-error-code'), message: headers.get('x-error-message') };
}

async function refusal(response: Response, asked: Asked) {
  const { status } = response;
  const { code } = saidOf(response);
  const got = await answerOf(response);
  const what = `${asked.type === 'dataset' ? 'Data set' : 'Model'} ${asked.name}`;
  if (code === 'GatedRepo' || status === 403) return closed(what, asked, got);
  if (code === 'RevisionNotFound') return noRevision(what, asked, got);
  if (status === 401 && asked.hasToken && code !== 'RepoNotFound') return closed(what, asked, got);
  if (status === 401 || status === 404) return unknown(what, asked, got);
  return unreachable(asked.endpoint, new Error(got));
}

async function answerOf(response: Response): Promise<string> {
  const { message } = saidOf(response);
  const body = await received(response, LONGEST_ERROR).then(
    (start) => start.body.toString(),
    () => '',
  );
  return shown(`${response.status} ${message ?? errorIn(body) ?? response.statusText}`.trim());
}

function errorIn(body: string): string | undefined {
  try {
    const { error } = JSON.parse(body) as { error?: unknown };
    return typeof error === 'string' ? error : undefined;
  } catch {
    return undefined;
  }
}

function closed(what: string, { type, name, endpoint, hasToken }: Asked, got: string) {
  const page = `${endpoint}/${type === 'dataset' ? 'datasets/' : ''}${name}`;
  return fail('DATA_HUB_ACCESS', {
    asked: `${what} on the Hugging Face Hub does not admit ${hasToken ? 'the token that is set' : 'access without a token'}: ${got}`,
    fix: `Accept its conditions at ${page} and set HF_TOKEN to a token that may read it.`,
  });
}

function noRevision(what: string, { revision }: Asked, got: string) {
  return fail('DATA_HUB_MISSING', {
    asked: `${what} on the Hugging Face Hub has no revision ${revision}: ${got}`,
    fix: 'Name a branch, a tag or a commit with ?revision=.',
  });
}

function unknown(what: string, { endpoint, hasToken }: Asked, got: string) {
  return fail('DATA_HUB_MISSING', {
    asked: `${what} does not exist on the Hugging Face Hub at ${endpoint}: ${got}`,
    fix: `Check the name${hasToken ? ', and what the token may read' : '; a private one needs HF_TOKEN'}.`,
  });
}
