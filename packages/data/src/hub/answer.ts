import { fail } from '../errors.js';
import { shown } from '../texts/text-errors.js';
import { received } from './received.js';
import type { Asked } from './request.js';
import { hubFetch } from './request.js';

/** The largest answer of the Hub's API. */
export interface AnswerLimits {
  /** Pages of one listing. */
  readonly pages: number;
  /** Bytes of all of them, unpacked. */
  readonly bytes: number;
  /** Milliseconds for a page. */
  readonly ms: number;
}

const LIMITS: AnswerLimits = { pages: 5000, bytes: 2 ** 28, ms: 120_000 };

/**
 * `fetch` for the API: every page comes from the Hub itself, none twice, and all of them have an end.
 * @throws DATA_HUB_ANSWER, what hubFetch throws
 */
export function apiFetch(asked: Asked, limits: Partial<AnswerLimits> = {}): typeof fetch {
  const { pages, bytes, ms } = { ...LIMITS, ...limits };
  const send = hubFetch(asked);
  const seen = new Set<string>();
  let left = bytes;
  return async (address, init) => {
    const url = address instanceof Request ? address.url : String(address);
    assertNext(url, seen, asked);
    if (seen.size >= pages) throw strangeAnswer(asked, `more than ${pages} pages`);
    seen.add(url);
    const response = await send(url, { ...init, signal: AbortSignal.timeout(ms) });
    const { body, more } = await received(response, left);
    if (more) throw strangeAnswer(asked, `more than ${bytes} bytes`);
    left -= body.length;
    const { status, statusText, headers } = response;
    return new Response(body, { status, statusText, headers });
  };
}

function assertNext(url: string, seen: ReadonlySet<string>, asked: Asked): void {
  if (new URL(url).origin !== new URL(asked.endpoint).origin) {
    throw strangeAnswer(asked, `a next page on another host, ${url}`);
  }
  if (seen.has(url)) throw strangeAnswer(asked, 'a next page that was there before');
}

/** @param got what is wrong with the answer */
export function strangeAnswer({ name, endpoint }: Pick<Asked, 'name' | 'endpoint'>, got: string) {
  return fail('DATA_HUB_ANSWER', {
    asked: `${endpoint} must describe ${name} as the Hugging Face Hub does`,
    got: shown(got),
    fix: 'Check HF_ENDPOINT: something other than the Hub may be answering.',
  });
}
