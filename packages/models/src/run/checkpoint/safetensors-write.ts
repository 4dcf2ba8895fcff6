import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';

import { syncFile } from '@moekit/files';

import type { TensorEntry } from './safetensors-header.js';
import { byteLength, encodeHeader } from './safetensors-header.js';

/** A tensor that is read from its device when its turn comes: one at a time is in memory. */
export interface WritableTensor {
  readonly dtype: TensorEntry['dtype'];
  readonly shape: readonly number[];
  read(): Promise<Float32Array | Int32Array>;
}

export interface WrittenFile {
  readonly bytes: number;
  /** Hex, over the whole file. */
  readonly sha256: string;
}

/**
 * Writes a safetensors file, little-endian as the format is, and waits until the disk has it.
 * @throws what the file system throws
 */
export async function writeSafetensors(
  path: string,
  tensors: ReadonlyMap<string, WritableTensor>,
): Promise<WrittenFile> {
  const file = await open(path, 'wx');
  const hash = createHash('sha256');
  let bytes = 0;
  const write = async (part: Uint8Array) => {
    hash.update(part);
    bytes += part.length;
    await file.writeFile(part);
  };
  try {
    await write(encodeHeader(layOut(tensors)));
    for (const tensor of tensors.values()) await write(bytesOf(await tensor.read()));
    await syncFile(file);
  } finally {
    await file.close();
  }
  return { bytes, sha256: hash.digest('hex') };
}

function layOut(tensors: ReadonlyMap<string, WritableTensor>): Map<string, TensorEntry> {
  let at = 0;
  return new Map(
    [...tensors].map(([name, { dtype, shape }]) => {
      const begin = at;
      at += byteLength({ dtype, shape });
      return [name, { dtype, shape, begin, end: at }];
    }),
  );
}

function bytesOf({ buffer, byteOffset, byteLength: length }: Float32Array | Int32Array) {
  return new Uint8Array(buffer, byteOffset, length);
}
