import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

import { isMoekitError } from '@moekit/core';

import { fail } from '../../errors.js';
import type { CheckpointManifest } from './manifest.js';
import { MANIFEST_FILE, parseManifest, TENSORS_FILE } from './manifest.js';
import { readTextUpTo, sizeOfFile } from './regular-file.js';
import type { SafetensorsFile } from './safetensors-read.js';
import { openSafetensors } from './safetensors-read.js';
import { damaged } from './strict-json.js';

/** Far more than a manifest of thousands of layers takes. */
const LARGEST_MANIFEST = 4 * 2 ** 20;

/**
 * The manifest of a checkpoint; its tensors are not read.
 * @throws MODELS_CHECKPOINT_MISSING, MODELS_CHECKPOINT_CORRUPT, MODELS_CHECKPOINT_VERSION
 */
export async function readManifest(folder: string): Promise<CheckpointManifest> {
  return parseManifest(
    await readOrMiss(folder, () => readTextUpTo(join(folder, MANIFEST_FILE), LARGEST_MANIFEST)),
  );
}

/**
 * Opens a checkpoint after checking that every byte of its tensors is as it was written.
 * @returns its tensors, to be closed by the caller
 * @throws MODELS_CHECKPOINT_MISSING, MODELS_CHECKPOINT_CORRUPT, MODELS_CHECKPOINT_VERSION
 */
export async function openCheckpoint(
  folder: string,
): Promise<{ readonly manifest: CheckpointManifest; readonly tensors: SafetensorsFile }> {
  const manifest = await readManifest(folder);
  const path = join(folder, TENSORS_FILE);
  const bytes = await readOrMiss(folder, () => sizeOfFile(path));
  if (bytes !== manifest.tensors.bytes) {
    throw damaged(path, `${bytes} bytes where its manifest has ${manifest.tensors.bytes}`);
  }
  const hash = await readOrMiss(folder, () => hashOf(path));
  if (hash !== manifest.tensors.sha256) {
    throw damaged(path, `sha256 ${hash.slice(0, 12)}… where its manifest has another`);
  }
  const tensors = await readOrMiss(folder, () => openSafetensors(path));
  if (tensors.entries.size === manifest.tensors.count) return { manifest, tensors };
  await tensors.close();
  throw damaged(path, `${tensors.entries.size} tensors for ${manifest.tensors.count}`);
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

async function readOrMiss<Result>(folder: string, read: () => Promise<Result>): Promise<Result> {
  try {
    return await read();
  } catch (cause) {
    if (isMoekitError(cause)) throw cause;
    throw fail('MODELS_CHECKPOINT_MISSING', {
      asked: `Cannot read a checkpoint from ${folder}: ${(cause as NodeJS.ErrnoException).message}`,
      fix: `Give a folder that contains ${MANIFEST_FILE} and ${TENSORS_FILE}.`,
      cause,
    });
  }
}
