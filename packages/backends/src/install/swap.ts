import { existsSync, readdirSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { remove } from './staging.js';

const OLD = '.old-';

/** Puts a finished folder in place of an old one, which is removed; `restore` undoes what a kill in between leaves. */
export function swap(finished: string, final: string): void {
  const old = oldOf(final);
  if (existsSync(final)) renameSync(final, old);
  renameSync(finished, final);
  remove(old);
}

/** Undoes a swap that was cut off: an old folder whose place is empty goes back, any other is removed. */
export function restore(home: string): void {
  if (!existsSync(home)) return;
  for (const name of readdirSync(home)) {
    if (!name.startsWith(OLD)) continue;
    const final = join(home, name.slice(OLD.length));
    if (existsSync(final)) remove(join(home, name));
    else renameSync(join(home, name), final);
  }
}

function oldOf(final: string): string {
  return join(dirname(final), `${OLD}${final.slice(dirname(final).length + 1)}`);
}
