import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { writeWhole } from '../../checkpoint/write-whole.js';
import { cacheFolder } from '../cache-folder.js';
import type { TokenizerJson } from './tokenizer-json.js';
import type { BpeOptions } from './train-bpe.js';
import { trainBpe } from './train-bpe.js';

/** Part of the key: another trainer, another tokenizer. */
const TRAINER_VERSION = 1;

/** sha256 (hex) over texts and options: equal keys, equal tokenizers. */
export function tokenizerKey(texts: Iterable<string>, options: BpeOptions): string {
  const hash = createHash('sha256').update(JSON.stringify([TRAINER_VERSION, options]));
  for (const text of texts) hash.update('\n').update(text);
  return hash.digest('hex');
}

/**
 * A tokenizer trained on these texts before, else trained now and kept under the hash of texts and options.
 * A cache that cannot be read or written, or holds something else, costs time and nothing more.
 */
export async function trainedBpe(
  texts: readonly string[],
  options: BpeOptions,
  folder = cacheFolder('tokenizers'),
): Promise<TokenizerJson> {
  const file = join(folder, `${tokenizerKey(texts, options)}.json`);
  const known = await readFile(file, 'utf8')
    .then(parseTokenizer)
    .catch(() => undefined);
  if (known) return known;
  const trained = trainBpe(texts, options);
  await mkdir(folder, { recursive: true })
    .then(() => writeWhole(file, JSON.stringify(trained)))
    .catch(() => undefined);
  return trained;
}

function parseTokenizer(text: string): TokenizerJson | undefined {
  const json = JSON.parse(text) as TokenizerJson | null;
  return json?.model?.type === 'BPE' && Array.isArray(json.model.merges) ? json : undefined;
}
