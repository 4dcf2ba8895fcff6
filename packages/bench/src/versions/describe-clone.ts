import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

const CODE = /(?<!\.d)\.[cm]?[jt]s$|\.(wasm|node)$/;

/**
 * The identity of the moekit of a clone, as all its versions are equal: the commit, where git knows one, and the
 * sha256 of the code that runs, so that changes which are not committed count too.
 * @param folders the packages' code
 */
export function describeClone(folders: readonly string[]): Record<string, string> {
  const commit = folders[0] === undefined ? undefined : commitOf(folders[0]);
  return { ...(commit !== undefined && { commit }), code: hashCode(folders) };
}

/** sha256 (hex) of every module below folders, by their names in them. */
export function hashCode(folders: readonly string[]): string {
  const hash = createHash('sha256');
  for (const folder of folders) {
    const files = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && CODE.test(entry.name))
      .map(({ parentPath, name }) => join(parentPath, name))
      .sort();
    for (const file of files) {
      const bytes = readFileSync(file);
      const name = relative(folder, file).split(sep).join('/');
      hash.update(`${name} ${bytes.length}\n`).update(bytes);
    }
  }
  return hash.digest('hex');
}

function commitOf(folder: string): string | undefined {
  try {
    const { GIT_DIR: _, GIT_WORK_TREE: __, ...env } = process.env; // those of a hook are of another repository
    return execFileSync('git', ['rev-parse', 'HEAD'], {
      cwd: folder,
      env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return undefined; // no git, or no repository
  }
}
