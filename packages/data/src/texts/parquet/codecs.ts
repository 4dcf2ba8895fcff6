import { brotliDecompressSync, gunzipSync } from 'node:zlib';

import { decompress as unpackZstd } from 'fzstd';
import { compressors } from 'hyparquet-compressors';

type Unpack = (packed: Uint8Array, size: number) => Uint8Array;

/** How pages are packed. None makes more than the given size. */
const CODECS: Readonly<Record<string, Unpack>> = {
  UNCOMPRESSED: (bytes) => bytes,
  SNAPPY: compressors.SNAPPY!,
  GZIP: (packed, size) => gunzipSync(packed, { maxOutputLength: size }),
  BROTLI: (packed, size) => brotliDecompressSync(packed, { maxOutputLength: size }),
  ZSTD: (packed, size) => unpackZstd(packed, new Uint8Array(size)),
  LZ4: compressors.LZ4!,
  LZ4_RAW: compressors.LZ4_RAW!,
};

/** A page unpacked. @throws an Error where it is damaged or has another size */
export function unpack(codec: string, packed: Uint8Array, size: number): Uint8Array {
  const known = Object.hasOwn(CODECS, codec) ? CODECS[codec] : undefined;
  if (!known) throw new Error(`pages packed with ${codec}, not ${Object.keys(CODECS).join(', ')}`);
  if (size === 0 && packed.length === 0) return packed;
  const bytes = known(packed, size);
  if (bytes.length !== size) throw new Error(`a page of ${bytes.length} bytes instead of ${size}`);
  return bytes;
}
