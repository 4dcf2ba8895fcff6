import { fail } from '../errors.js';
import type { RouterEntry } from './config.js';

/**
 * Reads a router written as text: `threshold`, `threshold?threshold=0.5&capacityFactor=2`, `./routers.ts#mine?k=1`.
 * A value is JSON where it parses as JSON (0.5, true, "a"), else a string.
 * @throws BENCH_ROUTER_SPEC
 */
export function parseRouter(text: string): RouterEntry {
  const [router = '', query, ...rest] = text.trim().split('?');
  const pairs = (query ?? '').split('&').filter((pair) => pair !== '');
  const bad = pairs.find((pair) => pair.indexOf('=') < 1 || pair.includes('#'));
  if (router === '' || rest.length > 0 || bad !== undefined) {
    throw fail('BENCH_ROUTER_SPEC', {
      asked:
        'A router must be written as name, name?option=value&option=value or file#export?option=value',
      got: JSON.stringify(text),
      fix: 'For example: threshold?threshold=0.5 or ./routers.ts#mine?k=2 (a # inside a value is written %23)',
    });
  }
  const options = pairs.map((pair) => {
    const at = pair.indexOf('=');
    return [decode(pair.slice(0, at)), parseValue(decode(pair.slice(at + 1)))] as const;
  });
  return { router, options: Object.fromEntries(options) };
}

function parseValue(text: string): RouterEntry['options'][string] {
  try {
    return JSON.parse(text) as RouterEntry['options'][string];
  } catch {
    return text;
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
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
