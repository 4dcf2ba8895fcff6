import { fail } from '../errors.js';
import type { RouterEntry } from './config.js';

/**
 * Reads a router written as text: `threshold`, `threshold?threshold=0.5&capacityFactor=2`, `./my-router.ts?k=1`.
 * A value is JSON where it parses as JSON (0.5, true, "a"), else a string.
 * @throws BENCH_ROUTER_SPEC
 */
export function parseRouter(text: string): RouterEntry {
  const [router = '', query, ...rest] = text.trim().split('?');
  const pairs = (query ?? '').split('&').filter((pair) => pair !== '');
  const bad = pairs.find((pair) => pair.indexOf('=') < 1);
  if (router === '' || rest.length > 0 || bad !== undefined) {
    throw fail('BENCH_ROUTER_SPEC', {
      asked: 'A router must be written as name or name?option=value&option=value',
      got: JSON.stringify(text),
      fix: 'For example: threshold?threshold=0.5',
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
