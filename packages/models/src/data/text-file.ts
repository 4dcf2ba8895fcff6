import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';

import type { TextSource } from '../contract.js';
import { fail } from '../errors.js';

/** Less than this leaves no validation text worth measuring on. */
const MINIMUM_BYTES = 1000;

/**
 * Any UTF-8 text, its first 90 % to train on and the rest to validate.
 * The split never cuts a character in two.
 * @throws MODELS_DATA_MISSING, MODELS_DATA_SHORT, MODELS_DATA_BINARY
 */
export async function loadTextFile(path: string): Promise<TextSource> {
  const bytes = await readBytes(path);
  assertText(bytes, path);
  const at = splitPoint(bytes, 0.9);
  return {
    name: basename(path),
    attribution: `${basename(path)}, a file of the user's.`,
    train: bytes.subarray(0, at),
    validation: bytes.subarray(at),
  };
}

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw fail('MODELS_DATA_MISSING', {
      asked: `A text is read from ${path}`,
      got: cause instanceof Error ? cause.message : String(cause),
      fix: 'Check the path; it must name a readable file.',
      cause,
    });
  }
}

function assertText(bytes: Uint8Array, path: string): void {
  if (bytes.length < MINIMUM_BYTES) {
    throw fail('MODELS_DATA_SHORT', {
      asked: `The text in ${path} must have at least ${MINIMUM_BYTES} bytes`,
      got: `${bytes.length}`,
      fix: 'Use a longer text.',
    });
  }
  if (isUtf8(bytes) && !bytes.includes(0)) return;
  throw fail('MODELS_DATA_BINARY', {
    asked: `${path} must be UTF-8 text`,
    got: 'bytes that are not',
    fix: 'Convert the file to UTF-8 (iconv, or "save as" in an editor), or decompress it.',
  });
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** The first byte at or after the share that starts a character (continuation bytes are 10xxxxxx). */
function splitPoint(bytes: Uint8Array, share: number): number {
  let at = Math.floor(bytes.length * share);
  while (at < bytes.length && (bytes[at]! & 0xc0) === 0x80) at++;
  return at;
}
