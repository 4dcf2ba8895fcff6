import { statSync } from 'node:fs';
import { extname, relative, resolve } from 'node:path';

import { EMBEDDED_TEXTS, isHubReference } from '@moekit/data/node';

import { isPath, parseReference } from '../plugins/reference.js';
import { attempt } from './attempt.js';
import { readRow } from './parse-router.js';
import { isRecord } from './row-errors.js';

/** Folders: file names count from the one, and are to count from the other. */
interface Move {
  readonly from: string;
  readonly to: string;
}

/**
 * The configuration of an experiment or a run with its file names counted from another folder: task, routers, data and
 * tokenizer. Anything else comes back as it is, for the schema to refuse.
 */
export function rebaseConfig(config: Record<string, unknown>, move: Move): Record<string, unknown> {
  const { data, routers, router, task } = config as {
    readonly data?: Record<string, unknown>;
    readonly routers?: unknown;
    readonly router?: unknown;
    readonly task?: unknown;
  };
  const rebase = (name: string) => relative(move.to, resolve(move.from, name));
  const file = (value: unknown) =>
    typeof value === 'string' && isFile(value) ? rebase(value) : value;
  const source = (value: unknown) =>
    typeof value === 'string' && isFolder(value, move.from) ? rebase(value) : file(value);
  return {
    ...config,
    ...(typeof task === 'string' && isPath(task) && { task: rebaseModule(task, rebase) }),
    ...(isRecord(data) && {
      data: {
        ...data,
        ...(data['source'] !== undefined && { source: source(data['source']) }),
        ...(data['tokenizer'] !== undefined && { tokenizer: file(data['tokenizer']) }),
      },
    }),
    ...(router !== undefined && { router: rebaseRouter(router, rebase) }),
    ...(Array.isArray(routers) && {
      routers: routers.map((row) => rebaseRouter(row, rebase)),
    }),
  };
}

/** A folder of texts may be named as a text of moekit is, without ./ before it; such a name is the text's. */
function isFolder(text: string, from: string): boolean {
  if (EMBEDDED_TEXTS.some((name) => name === text) || isHubReference(text)) return false;
  return statSync(resolve(from, text), { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function isFile(text: string): boolean {
  return !isHubReference(text) && (isPath(text) || extname(text) !== '');
}

function rebaseRouter(row: unknown, rebase: (name: string) => string): unknown {
  const entry = attempt([], () => readRow(row)) ?? row; // a text that is no router is reported when it is parsed
  const router = (entry as { router?: unknown } | null)?.router;
  if (typeof router !== 'string' || !isPath(router)) return entry;
  const { source, exportName } = parseReference(router);
  const suffix = exportName === 'default' ? '' : `#${exportName}`;
  return { ...(entry as object), router: `${rebaseModule(source, rebase)}${suffix}` };
}

function rebaseModule(source: string, rebase: (name: string) => string): string {
  const file = rebase(source) || '.';
  return isPath(file) ? file : `./${file}`;
}
