import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';

import { sizeOfFile } from './regular-file.js';
import type { StoredTensors } from './restore-tensors.js';
import { decodeHeader, headerLength, LENGTH_BYTES } from './safetensors-header.js';
import { damaged } from './strict-json.js';

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
    const first = await readRange(file, 0, Math.min(LENGTH_BYTES, size));
    const start = LENGTH_BYTES + headerLength(first, size);
    const entries = decodeHeader(await readRange(file, LENGTH_BYTES, start), size - start);
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
