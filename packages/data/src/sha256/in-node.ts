import { createHash } from 'node:crypto';

/** sha256 (hex) of strings, as UTF-8, and bytes one after the other. */
export function sha256(parts: Iterable<string | Uint8Array>): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}
