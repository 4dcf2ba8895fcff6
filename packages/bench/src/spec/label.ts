import { isPath } from '../plugins/reference.js';
import type { RouterEntry } from './config.js';

/** The name of a row: its label, or its router's name with the options that were given. */
export function labelOf({ router, options, label }: RouterEntry): string {
  if (label !== undefined) return label;
  const file = isPath(router) ? router.replace(/^\.[/\\]/, '') : router;
  const given = Object.entries(options).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  return given.length === 0 ? file : `${file}(${given.join(', ')})`;
}

/** The labels of all rows that an entry makes: its own, and those of its variants. */
export function labelsOf(entry: RouterEntry): readonly string[] {
  return [labelOf(entry), ...(entry.evaluateAs ?? []).map(({ label }) => label)];
}
