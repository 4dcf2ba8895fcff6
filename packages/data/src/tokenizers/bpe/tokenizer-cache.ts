import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { writeWhole } from '@moekit/files';

import { cacheFolder } from '../../cache-folder.js';
import { hashText, parseHashed } from '../../hashed-json.js';
import { ownCode } from '../../own-code.js';
import type { TokenizerJson } from './tokenizer-json.js';
import type { BpeOptions } from './train-bpe.js';
import { trainBpe } from './train-bpe.js';

/** sha256 (hex) over texts and options: equal keys, equal tokenizers. */
export function tokenizerKey(texts: Iterable<string>, options: BpeOptions): string {
  const hash = createHash('sha256').update(JSON.stringify([ownCode(), options]));
  for (const text of texts) hash.update(`\n${text.length}\n`).update(text);
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
    .then((text) => parseHashed(text) as TokenizerJson | undefined)
    .catch(() => undefined);
  if (known) return known;
  const trained = trainBpe(texts, options);
  await mkdir(folder, { recursive: true })
    .then(() => writeWhole(file, `${hashText(JSON.stringify(trained))}\n`))
    .catch(() => undefined);
  return trained;
}
