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

/** Whether a row is the one asked for: a sweep adds the point of its grid after the label, `threshold [t=0.9]`. */
export const isLabelled = (label: string, asked: string) =>
  label === asked || label.startsWith(`${asked} [`);

/** The row of a label, else the first of a sweep's grid that has the label before its point. */
export function findLabelled<Labelled extends { readonly label: string }>(
  rows: readonly Labelled[],
  asked: string,
): Labelled | undefined {
  return (
    rows.find(({ label }) => label === asked) ?? rows.find(({ label }) => isLabelled(label, asked))
  );
}
