import type { StandardSchemaV1 } from '@standard-schema/spec';

import { reword } from './reword.js';

/** A way into a value: `['routers', 2, 'options', 'k']`. */
export type Path = readonly PropertyKey[];

/** The value that a schema judged, and where it is written. */
export interface Judged {
  readonly input: unknown;
  /** A name for the whole. Default: options. */
  readonly whole?: string;
  /** Leads from the whole to this value; none where it is the whole. */
  readonly path?: Path;
  /** The place of a value in its file, such as `run.json:3:12`; undefined where it is in none. */
  readonly at?: ((path: Path) => string | undefined) | undefined;
}

/** The parts of an error that say what is wrong: one mistake in a sentence, several in a line each. */
export interface Misfits {
  readonly got: string;
  readonly fix: string;
  readonly mistakes?: readonly string[];
}

/** Says what a schema refused, each mistake with its path, its value, its place and what it accepts. */
export function describeIssues(issues: readonly StandardSchemaV1.Issue[], judged: Judged): Misfits {
  const found = issues.flatMap(splitIssue).map((issue) => locate(issue, judged));
  const mistakes = found.map(({ at, name, value, message }) => {
    const place = at === undefined ? '' : `${at} `;
    return `${place}${name} = ${value}: ${message}.`;
  });
  const [one] = found;
  if (found.length !== 1 || !one) {
    return { got: `${found.length} mistakes`, fix: 'Correct each of them:', mistakes };
  }
  const at = one.at === undefined ? '' : ` (${one.at})`;
  return { got: `${one.name} = ${one.value}${at}`, fix: `${one.name}: ${one.message}.`, mistakes };
}

/** A path as JavaScript writes it: `routers[2].options.k`. */
export function pathText(path: Path): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    if (!/^[\p{L}_$][\p{L}\p{N}_$-]*$/u.test(String(key))) return `${text}[${JSON.stringify(key)}]`;
    return text === '' ? String(key) : `${text}.${String(key)}`;
  }, '');
}

interface Issue {
  readonly keys: Path;
  /** In words, or the issue that has them. */
  readonly message: string | StandardSchemaV1.Issue;
}

/** Unknown keys are a mistake each; `unknownOption` has a line for each of them. */
function splitIssue(issue: StandardSchemaV1.Issue): Issue[] {
  const keys = (issue.path ?? []).map((part) => (typeof part === 'object' ? part.key : part));
  const unknown = (issue as { readonly keys?: unknown }).keys;
  if (!Array.isArray(unknown)) return [{ keys, message: issue }];
  const lines = issue.message.split('\n');
  return unknown.map((key, i) => ({
    keys: [...keys, String(key)],
    message: lines.length === unknown.length ? lines[i]! : `unknown option ${String(key)}`,
  }));
}

function locate(
  { keys, message }: Issue,
  { input, whole: name = 'options', path = [], at }: Judged,
) {
  const value = keys.reduce<unknown>(
    (inner, key) => (inner as Record<PropertyKey, unknown> | null | undefined)?.[key],
    input,
  );
  const whole = [...path, ...keys];
  return {
    name: pathText(whole) || name,
    value: show(value),
    message: typeof message === 'string' ? message : reword(message, value),
    at: at?.(whole),
  };
}

/** Characters of a value that are shown. */
const SHOWN = 80;

function show(value: unknown): string {
  if (typeof value === 'number' || value === undefined) return String(value);
  try {
    return (JSON.stringify(value) ?? String(value)).slice(0, SHOWN);
  } catch {
    return String(value);
  }
}
