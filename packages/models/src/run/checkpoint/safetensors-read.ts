import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';

import { sizeOfFile } from './regular-file.js';
import type { StoredTensors } from './restore-tensors.js';
import { decodeHeader } from './safetensors-header.js';
import { damaged } from './strict-json.js';

/** 100,000 tensors and more; what a longer header costs to read is out of proportion. */
const MAX_HEADER = 16 * 2 ** 20;

/** An open safetensors file. */
export interface SafetensorsFile extends StoredTensors {
  close(): Promise<void>;
}

/**
 * Opens a safetensors file (float32 and int32 tensors): the header is read and checked, the data only when asked for.
 * @throws MODELS_CHECKPOINT_CORRUPT, and what the file system throws
 */
export async function openSafetensors(path: string): Promise<SafetensorsFile> {
  await sizeOfFile(path);
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const headerBytes = await readHeaderLength(file, size);
    const start = 8 + headerBytes;
    const entries = decodeHeader(await readRange(file, 8, start), size - start);
    return {
      entries,
      read: async (name) => {
        const { dtype, begin, end } = entries.get(name)!;
        const { buffer } = await readRange(file, start + begin, start + end);
        return dtype === 'F32' ? new Float32Array(buffer) : new Int32Array(buffer);
      },
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function readHeaderLength(file: FileHandle, size: number): Promise<number> {
  if (size < 8) throw damaged('A safetensors file', `${size} bytes`);
  const bytes = await readRange(file, 0, 8);
  const length = new DataView(bytes.buffer).getBigUint64(0, true);
  if (length >= 2 && length <= Math.min(size - 8, MAX_HEADER)) return Number(length);
  throw damaged('A safetensors file', `a header of ${length} bytes in a file of ${size}`);
}

/** Bytes [begin, end), in a buffer of their own. */
async function readRange(file: FileHandle, begin: number, end: number) {
  const bytes = new Uint8Array(end - begin);
  let at = 0;
  while (at < bytes.length) {
    const { bytesRead } = await file.read(bytes, at, bytes.length - at, begin + at);
    if (bytesRead === 0) throw damaged('A safetensors file', 'its end before the data ended');
    at += bytesRead;
  }
  return bytes;
}
