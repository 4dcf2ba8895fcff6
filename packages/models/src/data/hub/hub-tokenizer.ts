import { readFile } from 'node:fs/promises';

import { fail } from '../../errors.js';
import type { LoadProgress } from '../../task.js';
import { hubEnvironment } from './environment.js';
import { HubFiles } from './hub-files.js';
import { listingOf } from './listing.js';
import { modelReference } from './reference.js';

/**
 * Text of the `tokenizer.json` of a model on the Hugging Face Hub, `hf:owner/name?revision=R`.
 * @throws MODELS_HUB_*
 */
export async function hubTokenizer(
  source: string,
  onProgress?: (progress: LoadProgress) => void,
): Promise<string> {
  const { name, options } = modelReference(source);
  const { revision = 'main' } = options;
  const environment = hubEnvironment();
  const listing = await listingOf({ type: 'model', name }, revision, environment);
  const repository = { type: 'model', name: listing.name } as const;
  const file = listing.files.find(({ path }) => path === 'tokenizer.json');
  if (!file) {
    throw fail('MODELS_HUB_MISSING', {
      asked: `${name} on the Hugging Face Hub must have a tokenizer.json`,
      got: `${listing.files.length} files, none of that name`,
      fix: 'Name a model with a fast tokenizer.',
    });
  }
  const { commit } = listing;
  const files = new HubFiles({ repository, commit, revision, environment, onProgress });
  await files.announce([file]);
  await files.fetch(file);
  return readFile(files.pathOf(file), 'utf8');
}
