import crc32c from 'crc-32/crc32c.js';

/**
 * One record of a TFRecord file: length, its checksum, the data, its checksum (all little-endian).
 * Formula:  masked = rotate(crc32c, 15 to the right) + 0xa282ead8   (tensorflow/core/lib/hash/crc32c.h)
 */
export function frameRecord(data: Uint8Array): Uint8Array {
  const record = new Uint8Array(8 + 4 + data.length + 4);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, masked(record.subarray(0, 8)), true);
  record.set(data, 12);
  view.setUint32(12 + data.length, masked(data), true);
  return record;
}

function masked(bytes: Uint8Array): number {
  const crc = crc32c.buf(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
