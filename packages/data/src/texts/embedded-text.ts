import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';

import type { TextSource } from '../contract.js';
import { fail } from '../errors.js';

/** Texts that come with the package, licence and origin in `data/ATTRIBUTION.md`. */
export type EmbeddedTextName = 'tiny-shakespeare' | 'wikitext-2' | 'typescript';

const ATTRIBUTIONS: Readonly<Record<EmbeddedTextName, string>> = {
  'tiny-shakespeare':
    'Tiny Shakespeare: plays of William Shakespeare, collected by Andrej Karpathy (char-rnn); public domain. ' +
    'First 90 % of the bytes train, last 10 % validate.',
  'wikitext-2':
    'WikiText-2 by Merity, Xiong, Bradbury and Socher (arXiv 1609.07843), from Wikipedia; CC BY-SA 3.0. ' +
    "Its validation split trains and its test split validates (the training split is not shipped), so results don't " +
    'compare with published ones.',
  typescript:
    "TypeScript: sources of moekit itself, by moekit's authors; Apache-2.0. Whole packages train, others validate.",
};

/**
 * A text of the package, already split.
 * Tiny Shakespeare: 1,003,854 + 111,540 bytes, contiguous 90/10.
 * WikiText-2: 1,121,681 + 1,256,449 bytes; trains on the dataset's validation split, validates on its test split.
 * TypeScript: 249,994 + 24,944 bytes of this project's own sources.
 * @throws DATA_MISSING for an unknown name or an incomplete install
 */
export async function loadEmbeddedText(name: EmbeddedTextName): Promise<TextSource> {
  const attribution = Object.hasOwn(ATTRIBUTIONS, name) ? ATTRIBUTIONS[name] : undefined;
  if (attribution === undefined) {
    throw fail('DATA_MISSING', {
      asked: `An embedded text must be one of ${Object.keys(ATTRIBUTIONS).join(', ')}`,
      got: String(name),
      fix: 'Use loadTextFile for your own text.',
    });
  }
  const [train, validation] = await Promise.all([
    readSplit(name, 'train'),
    readSplit(name, 'validation'),
  ]);
  return { name, attribution, train, validation };
}

async function readSplit(name: string, split: string): Promise<Uint8Array> {
  // src/texts and dist/texts are equally deep, so one relative address serves both.
  const file = new URL(`../../data/${name}.${split}.txt.gz`, import.meta.url);
  try {
    return await promisify(gunzip)(await readFile(file));
  } catch (cause) {
    throw fail('DATA_MISSING', {
      asked: `The embedded text ${name} lacks its ${split} file: ${cause instanceof Error ? cause.message : String(cause)}`,
      fix: 'Reinstall @moekit/data.',
      cause,
    });
  }
}
