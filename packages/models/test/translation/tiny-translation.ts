import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createRng } from '@moekit/core';

import { pairBatch } from '../../src/tasks/translation/batches.js';
import type { PairBatch, TranslationModelConfig } from '../../src/tasks/translation/contract.js';
import type { TokenPair } from '../../src/tasks/translation/pairs.js';

/** A model small enough for finite differences and exhaustive search. */
export const tinyTranslation: TranslationModelConfig = {
  vocabSize: 11,
  modelWidth: 8,
  encoderLayers: 2,
  decoderLayers: 1,
  numHeads: 2,
  feedForwardWidth: 12,
  moeEvery: 2,
  maxLength: 10,
  activation: 'gelu',
  seed: 3,
};

/** Sentences of random ids above the special ones. */
export function randomPairs(
  lengths: readonly (readonly [number, number])[],
  seed = 1,
): TokenPair[] {
  const rng = createRng(seed);
  const draw = (length: number) => Int32Array.from({ length }, () => 3 + rng.integer(8));
  return lengths.map(([source, target]) => ({ source: draw(source), target: draw(target) }));
}

/** Two pairs, the second shorter on both sides: its rows end in padding. */
export function unevenBatch(): PairBatch {
  return pairBatch(
    randomPairs([
      [4, 3],
      [2, 1],
    ]),
  );
}

/** A folder with the two languages of each split, one sentence per line. */
export async function parallelFolder(
  splits: Readonly<Record<string, { readonly en: string; readonly de: string }>>,
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'moekit-pairs-'));
  for (const [split, { en, de }] of Object.entries(splits)) {
    await writeFile(join(folder, `${split}.en`), en);
    await writeFile(join(folder, `${split}.de`), de);
  }
  return folder;
}
