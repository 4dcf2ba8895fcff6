import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

import { z } from 'zod';

import type { TokenData } from '../contract.js';
import { hashText, parseHashed } from '../hashed-json.js';
import { TokenFile } from './token-file.js';

const MANIFEST = 'tokens.json';

const countSchema = z.int().min(0);

const manifestSchema = z.strictObject({
  schema: z.literal(3),
  name: z.string(),
  attribution: z.string(),
  tokenizer: z.string(),
  vocabSize: countSchema,
  bytesPerToken: z.number().nullable(),
  hash: z.string(),
  tokenizerFile: z.string().exactOptional(),
  /** sha256 of each split's file. */
  files: z.strictObject({ train: z.string(), validation: z.string() }),
  width: z.literal([1, 2, 4]),
  train: countSchema,
  validation: countSchema,
});

export type TokensManifest = z.output<typeof manifestSchema>;

export const splitFile = (folder: string, split: 'train' | 'validation') =>
  join(folder, `${split}.bin`);

/** Written last: a folder with it is whole. */
export function writeManifest(folder: string, manifest: TokensManifest): Promise<void> {
  return writeFile(join(folder, MANIFEST), `${hashText(JSON.stringify(manifest))}\n`);
}

/** The tokens in a folder; undefined unless every byte is as it was written. */
export async function readStored(folder: string): Promise<TokenData | undefined> {
  const json = await readFile(join(folder, MANIFEST), 'utf8').catch(() => '');
  const parsed = manifestSchema.safeParse(parseHashed(json));
  if (!parsed.success) return undefined;
  const { schema: _schema, files, width, ...manifest } = parsed.data;
  const opened = await Promise.all(
    (['train', 'validation'] as const).map(async (split) => {
      const path = splitFile(folder, split);
      const size = await stat(path).then(
        (found) => found.size,
        () => -1,
      );
      const length = manifest[split];
      const whole = size === length * width && (await hashFile(path)) === files[split];
      return whole ? new TokenFile(path, { length, width }) : undefined;
    }),
  );
  const [train, validation] = opened;
  return train && validation ? { ...manifest, train, validation } : undefined;
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
