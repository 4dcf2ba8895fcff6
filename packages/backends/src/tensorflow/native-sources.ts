import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** The folder of C++ sources of moekit's operations, inside @moekit/kernels. */
export function nativeSources(): string {
  const manifest = createRequire(import.meta.url).resolve('@moekit/kernels/package.json');
  return join(dirname(manifest), 'native');
}

/** A hash of the sources: operations built from other sources must not be loaded. */
export function nativeDigest(dir: string = nativeSources()): string {
  const hash = createHash('sha256');
  for (const name of readdirSync(dir).sort()) {
    hash
      .update(name)
      .update('\0')
      .update(readFileSync(join(dir, name)))
      .update('\0');
  }
  return hash.digest('hex').slice(0, 16);
}
