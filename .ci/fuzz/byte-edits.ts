import fc from 'fast-check';

import type { Edit } from './edits.js';
import { at, place } from './edits.js';

/** Changes a few bytes, cuts, moves or inserts some. @param seeds whose ends may be put to another's start */
export function byteEdit(seeds: readonly Buffer[]): fc.Arbitrary<Edit<Buffer>> {
  const word = fc.constantFrom(0, 1, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 24);
  const inserted = fc.oneof(
    fc.uint8Array({ maxLength: 16 }).map((bytes) => Buffer.from(bytes)),
    fc.constantFrom('\ufeff', '\u0000', '\r\n', '\u001b[31m', '{', '"', '\\ud800', '9e999', '%00'),
    fc.constantFrom('[', '{"a":', '(a+)+', 'x').map((text) => text.repeat(20_000)),
  );
  return fc.oneof<fc.Arbitrary<Edit<Buffer>>[]>(
    fc.tuple(place, fc.integer({ min: 1, max: 255 })).map(([where, flip]) => (from) => {
      const changed = Buffer.from(from);
      if (changed.length > 0) changed[at(where, changed.length)]! ^= flip;
      return changed;
    }),
    fc.tuple(place, word, fc.boolean()).map(([where, value, little]) => (from) => {
      if (from.length < 4) return from;
      const changed = Buffer.from(from);
      const offset = at(where, changed.length - 3);
      if (little) changed.writeUInt32LE(value, offset);
      else changed.writeUInt32BE(value, offset);
      return changed;
    }),
    place.map((where) => (from) => from.subarray(0, at(where, from.length))),
    fc.tuple(place, place).map(([where, share]) => (from) => {
      const start = at(where, from.length);
      const end = start + 1 + at(share * share, from.length - start);
      return Buffer.concat([from.subarray(0, start), from.subarray(end)]);
    }),
    fc.tuple(place, inserted).map(([where, what]) => (from) => {
      const start = at(where, from.length + 1);
      return Buffer.concat([from.subarray(0, start), Buffer.from(what), from.subarray(start)]);
    }),
    fc.tuple(place, place, place).map(([where, start, share]) => (from) => {
      const begin = at(start, from.length);
      const piece = from.subarray(begin, begin + 1 + at(share, from.length - begin));
      const into = at(where, from.length + 1);
      return Buffer.concat([from.subarray(0, into), piece, from.subarray(into)]);
    }),
    fc.tuple(fc.constantFrom(...seeds), place, place).map(([other, keep, from]) => (start) => {
      const head = start.subarray(0, at(keep, start.length));
      return Buffer.concat([head, other.subarray(at(from, other.length))]);
    }),
  );
}
