import { BLOCK, cutAfter } from './cuts.js';
import { textOf } from './text-bytes.js';

/** UTF-8 as strings of 64 KiB or so, cut where the words of both parts are those of the whole. @throws DATA_BINARY */
export function* textBlocks(bytes: Uint8Array): Generator<string> {
  for (let at = 0; at < bytes.length;) {
    const end = cutAfter(bytes, at + BLOCK, false);
    yield textOf(bytes.subarray(at, end));
    at = end;
  }
}
