import { sha256 as start } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

/** sha256 (hex) where there is no node:crypto; a page's own `crypto.subtle` answers in a promise only. */
export function sha256(parts: Iterable<string | Uint8Array>): string {
  const hash = start.create();
  for (const part of parts) hash.update(typeof part === 'string' ? utf8ToBytes(part) : part);
  return bytesToHex(hash.digest());
}
