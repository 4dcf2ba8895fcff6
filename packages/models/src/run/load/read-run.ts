import { checkpointAt, readFileOf } from '#read-file';
import { isMoekitError } from '@moekit/core';
import { sha256 } from '@moekit/data';

import { fail } from '../../errors.js';
import type { CheckpointManifest } from '../checkpoint/manifest.js';
import {
  MANIFEST_FILE,
  parseManifest,
  TENSORS_FILE,
  TOKENIZER_FILE,
} from '../checkpoint/manifest.js';
import type { StoredTensors } from '../checkpoint/restore-tensors.js';
import { decodeHeader, headerLength, LENGTH_BYTES } from '../checkpoint/safetensors-header.js';
import { damaged } from '../checkpoint/strict-json.js';

/** The files of a checkpoint in memory, every byte as it was written. */
export interface ReadRun {
  readonly manifest: CheckpointManifest;
  readonly tensors: StoredTensors;
  /** The text of the tokenizer.json. */
  readonly tokenizer: string;
}

/**
 * @param folder a checkpoint by path or address; under Node.js also a run's folder, whose last whole checkpoint is read
 * @throws MODELS_CHECKPOINT_MISSING, MODELS_CHECKPOINT_CORRUPT, MODELS_CHECKPOINT_VERSION, MODELS_RUN
 */
export async function readRun(folder: string | URL): Promise<ReadRun> {
  const checkpoint = await checkpointAt(folder);
  const text = new TextDecoder();
  const manifest = parseManifest(text.decode(await readPart(checkpoint, MANIFEST_FILE)));
  const { tokenizer } = manifest;
  if (!tokenizer) {
    throw fail('MODELS_RUN', {
      asked: `Reading text with ${String(checkpoint)} takes a checkpoint that has its tokenizer`,
      got: 'one without: its task does not read text, or an earlier version of moekit saved it',
      fix: 'Train a language model (moekit train --task lm), or resume the run and save once more.',
    });
  }
  const bytes = await readWhole(checkpoint, TENSORS_FILE, manifest.tensors);
  const file = await readWhole(checkpoint, TOKENIZER_FILE, tokenizer);
  return { manifest, tensors: tensorsIn(bytes), tokenizer: text.decode(file) };
}

/** @throws MODELS_CHECKPOINT_CORRUPT unless the file has the length and the hash that the manifest says */
async function readWhole(
  checkpoint: string | URL,
  name: string,
  written: { readonly bytes: number; readonly sha256: string },
): Promise<Uint8Array> {
  const bytes = await readPart(checkpoint, name);
  if (bytes.length !== written.bytes) {
    throw damaged(name, `${bytes.length} bytes where its manifest has ${written.bytes}`);
  }
  const hash = sha256([bytes]);
  if (hash === written.sha256) return bytes;
  throw damaged(name, `sha256 ${hash.slice(0, 12)}… where its manifest has another`);
}

async function readPart(checkpoint: string | URL, name: string): Promise<Uint8Array> {
  try {
    return await readFileOf(checkpoint, name);
  } catch (cause) {
    if (isMoekitError(cause)) throw cause;
    throw fail('MODELS_CHECKPOINT_MISSING', {
      asked: `Cannot read ${name} of a checkpoint from ${String(checkpoint)}: ${(cause as Error).message}`,
      fix: `Give the folder of a run, or the folder or address of a checkpoint, which has ${MANIFEST_FILE} in it.`,
      cause,
    });
  }
}

/** A safetensors file in memory. */
function tensorsIn(bytes: Uint8Array): StoredTensors {
  const start = LENGTH_BYTES + headerLength(bytes, bytes.length);
  const entries = decodeHeader(bytes.subarray(LENGTH_BYTES, start), bytes.length - start);
  return {
    entries,
    read: async (name) => {
      const { dtype, begin, end } = entries.get(name)!;
      const own = bytes.slice(start + begin, start + end).buffer; // aligned, whatever the header's length
      return dtype === 'F32' ? new Float32Array(own) : new Int32Array(own);
    },
  };
}
