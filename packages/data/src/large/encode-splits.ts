import { characterFrom, wholeCharacters } from '../texts/characters.js';
import type { SplitEncoder } from './split-encoder.js';

/** Bytes of a text, or of the whole characters in its first `maxBytes`. Reads it once. */
export async function measureText(
  pieces: AsyncIterable<Uint8Array>,
  maxBytes = Number.POSITIVE_INFINITY,
): Promise<number> {
  let size = 0;
  let tail: Uint8Array = new Uint8Array(0);
  for await (const piece of pieces) {
    const taken = piece.subarray(0, maxBytes - size);
    size += taken.length;
    tail = Buffer.concat([tail, taken.subarray(-4)]).subarray(-4);
    if (taken.length < piece.length) return size - tail.length + wholeCharacters(tail);
  }
  return size;
}

/** Feeds the first `at` bytes of a text to one encoder, to the end of the last character, and the rest to another; ends both. */
export async function encodeSplits(
  pieces: AsyncIterable<Uint8Array>,
  { bytes, at }: { readonly bytes: number; readonly at: number },
  { train, validation }: { readonly train: SplitEncoder; readonly validation: SplitEncoder },
): Promise<void> {
  let seen = 0;
  let inTrain = true;
  for await (const piece of pieces) {
    const taken = piece.subarray(0, bytes - seen);
    const cut = inTrain ? cutOf(taken, at - seen) : 0;
    if (cut > 0) train.push(taken.subarray(0, cut));
    if (cut < taken.length) {
      inTrain = false;
      validation.push(taken.subarray(cut));
    }
    seen += taken.length;
    if (seen >= bytes) break;
  }
  train.end();
  validation.end();
}

/** How much of a piece comes before the first character at or after `at`. */
function cutOf(piece: Uint8Array, at: number): number {
  return at >= piece.length ? piece.length : characterFrom(piece, Math.max(0, at));
}
