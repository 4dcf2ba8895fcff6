import { fail } from '../errors.js';

/** An array of unsigned bytes as an idx file holds it. */
export interface IdxArray {
  readonly shape: readonly number[];
  readonly values: Uint8Array;
}

/**
 * Reads an idx file: two zero bytes, the type (8: unsigned byte), the rank, each size as a big-endian int32, the values.
 * @param bytes decompressed      @param rank that it must have      @param name of the file, for messages
 * @throws DATA_IDX for another magic number, a file that is cut short, or one with bytes left over
 */
export function parseIdx(bytes: Uint8Array, rank: number, name: string): IdxArray {
  const header = 4 + 4 * rank;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = bytes.length < 4 ? undefined : view.getUint32(0);
  if (magic !== 0x800 + rank) {
    throw corrupt(name, {
      asked: `start with the magic number 0x${(0x800 + rank).toString(16).padStart(8, '0')}`,
      got:
        magic === undefined ? `${bytes.length} bytes` : `0x${magic.toString(16).padStart(8, '0')}`,
    });
  }
  if (bytes.length < header) {
    throw corrupt(name, { asked: `have ${header} bytes of header`, got: `${bytes.length}` });
  }
  const shape = Array.from({ length: rank }, (_, i) => view.getUint32(4 + 4 * i));
  const size = shape.reduce((product, n) => product * n, 1);
  if (bytes.length - header !== size) {
    throw corrupt(name, {
      asked: `hold ${shape.join(' x ')} = ${size} values`,
      got: `${bytes.length - header}`,
    });
  }
  return { shape, values: bytes.subarray(header) };
}

function corrupt(name: string, { asked, got }: { asked: string; got: string }) {
  return fail('DATA_IDX', {
    asked: `The idx file ${name} must ${asked}`,
    got,
    fix: 'Download the file again; it is cut short, damaged, or of another kind.',
  });
}
