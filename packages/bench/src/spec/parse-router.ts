import { fail } from '../errors.js';
import { assertText } from '../plugins/assert-registry.js';
import type { RouterEntry } from './config.js';
import { parseValue } from './parse-value.js';
import { splitList } from './split-list.js';

type Options = RouterEntry['options'];

/**
 * Reads a router written as text: `threshold`, `threshold?threshold=0.5&capacityFactor=2`, `./routers.ts#mine?k=1`.
 * A value is JSON where it parses as JSON (0.5, true, "a", [1,2]), else a string; %XX stands for any character.
 * @throws BENCH_ROUTER_SPEC, also for an option that is given twice
 */
export function parseRouter(text: string): RouterEntry {
  assertText('parseRouter', 'text', text);
  const [router = '', query, ...rest] = text.trim().split('?');
  if (router === '') throw wrong(text, 'no name');
  if (rest.length > 0) throw wrong(text, 'a second ? (inside a value it is written %3F)');
  const options: [string, Options[string]][] = [];
  for (const pair of (query ?? '').split('&').filter((part) => part !== '')) {
    const [key, value] = parsePair(pair, text);
    if (options.some(([before]) => before === key)) throw wrong(text, `option ${key} twice`);
    options.push([key, value]);
  }
  return { router, options: Object.fromEntries(options) };
}

/** Several routers, with commas between them; those inside brackets or quotes belong to a value. @throws BENCH_ROUTER_SPEC */
export function parseRouters(text: string): RouterEntry[] {
  assertText('parseRouters', 'text', text);
  return splitList(text).map(parseRouter);
}

function parsePair(pair: string, text: string): [string, Options[string]] {
  const at = pair.indexOf('=');
  if (at < 1) throw wrong(text, `${JSON.stringify(pair)}, which is not option=value`);
  if (pair.includes('#')) throw wrong(text, 'a # after the ? (inside a value it is written %23)');
  try {
    const key = decodeURIComponent(pair.slice(0, at));
    if (key === '__proto__') throw new Error('an option called __proto__');
    return [key, parseValue(decodeURIComponent(pair.slice(at + 1)))];
  } catch (cause) {
    const got =
      cause instanceof URIError ? 'a % that begins no %XX (itself it is written %25)' : '';
    throw wrong(text, got || (cause as Error).message);
  }
}

function wrong(text: string, got: string) {
  return fail('BENCH_ROUTER_SPEC', {
    asked:
      'A router must be written as name, name?option=value&option=value or file#export?option=value',
    got: `${JSON.stringify(text.slice(0, 200))}: ${got}`,
    fix: 'For example: threshold?threshold=0.5 or ./routers.ts#mine?k=2',
  });
}

/**
 * A row of a config as an entry: text (`"threshold?threshold=0.5"`), or an object whose `router` may carry options too;
 * those in `options` win. Anything else comes back as it is, for the schema to refuse.
 * @throws BENCH_ROUTER_SPEC
 */
export function readRow(row: unknown): unknown {
  if (typeof row === 'string') return parseRouter(row);
  const { router, options } = (row ?? {}) as { router?: unknown; options?: object };
  if (typeof router !== 'string' || !router.includes('?')) return row;
  const parsed = parseRouter(router);
  return { ...(row as object), ...parsed, options: { ...parsed.options, ...options } };
}
