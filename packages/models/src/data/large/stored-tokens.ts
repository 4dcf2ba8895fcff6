import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { z } from 'zod';

import type { TokenData } from '../../contract.js';
import { TokenFile } from './token-file.js';

const MANIFEST = 'tokens.json';

const countSchema = z.int().min(0);

const manifestSchema = z.strictObject({
  schema: z.literal(1),
  name: z.string(),
  attribution: z.string(),
  tokenizer: z.string(),
  vocabSize: countSchema,
  bytesPerToken: z.number(),
  hash: z.string(),
  width: z.literal([1, 2, 4]),
  train: countSchema,
  validation: countSchema,
});

export type TokensManifest = z.output<typeof manifestSchema>;

export const splitFile = (folder: string, split: 'train' | 'validation') =>
  join(folder, `${split}.bin`);

/** Written last: a folder with it is whole. */
export function writeManifest(folder: string, manifest: TokensManifest): Promise<void> {
  return writeFile(join(folder, MANIFEST), `${JSON.stringify(manifest)}\n`);
}

/** The tokens in a folder; undefined where it does not hold them whole. */
export async function readStored(folder: string): Promise<TokenData | undefined> {
  const json = await readFile(join(folder, MANIFEST), 'utf8').catch(() => 'null');
  const parsed = manifestSchema.safeParse(parseJson(json));
  if (!parsed.success) return undefined;
  const { schema: _schema, width, ...manifest } = parsed.data;
  const opened = await Promise.all(
    (['train', 'validation'] as const).map(async (split) => {
      const path = splitFile(folder, split);
      const size = await stat(path).then(
        (found) => found.size,
        () => -1,
      );
      const length = manifest[split];
      return size === length * width ? new TokenFile(path, { length, width }) : undefined;
    }),
  );
  const [train, validation] = opened;
  return train && validation ? { ...manifest, train, validation } : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
