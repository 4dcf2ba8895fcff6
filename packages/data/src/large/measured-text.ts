import type { TextInput } from '../texts/text-input.js';
import { sharesOf } from '../texts/text-input.js';
import { textPieces } from '../texts/text-pieces.js';
import { measureText } from './encode-splits.js';

/** A text as one stream, and where its validation split begins in it. */
export interface MeasuredText {
  /** So much of the stream is used: whole characters. */
  readonly bytes: number;
  readonly at: number;
  pieces(): AsyncIterable<Uint8Array>;
}

/** Reads a text once to know its size. @throws what reading it throws */
export async function measured(
  input: TextInput,
  maxBytes: number | undefined,
): Promise<MeasuredText> {
  const { train, validation, field } = input;
  const [first, second] = sharesOf(input, maxBytes);
  const bytes = await measureText(textPieces(train, field), first);
  if (!validation)
    return { bytes, at: Math.floor(bytes * 0.9), pieces: () => textPieces(train, field) };
  const held = await measureText(textPieces(validation, field), second);
  return {
    bytes: bytes + held,
    at: bytes,
    pieces: async function* () {
      yield* firstBytes(textPieces(train, field), bytes);
      yield* textPieces(validation, field);
    },
  };
}

async function* firstBytes(pieces: AsyncIterable<Uint8Array>, count: number) {
  let left = count;
  for await (const piece of pieces) {
    yield piece.subarray(0, left);
    left -= Math.min(left, piece.length);
    if (left === 0) return;
  }
}
