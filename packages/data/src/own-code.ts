import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const CODE = /(?<!\.d)\.[cm]?[jt]s$/;

/**
 * sha256 (hex) of the code that reads texts, trains tokenizers and encodes: part of the key of whatever it keeps, so that
 * another version of moekit never takes what this one made.
 */
export function ownCode(folder = fileURLToPath(new URL('.', import.meta.url))): string {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && CODE.test(entry.name))
    .map(({ parentPath, name }) => join(parentPath, name))
    .sort();
  const hash = createHash('sha256');
  for (const file of files) {
    const bytes = readFileSync(file);
    hash.update(`${relative(folder, file).split(sep).join('/')} ${bytes.length}\n`).update(bytes);
  }
  return hash.digest('hex');
}
