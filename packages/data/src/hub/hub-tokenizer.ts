import { readSmallText } from '@moekit/files';

import type { LoadProgress } from '../contract.js';
import { fail } from '../errors.js';
import { hubEnvironment } from './environment.js';
import { HubFiles } from './hub-files.js';
import { listingOf } from './listing.js';
import { modelReference } from './reference.js';

/** The largest published ones have some 40 MB. */
export const LARGEST_TOKENIZER = 2 ** 27;

/**
 * Text of the `tokenizer.json` of a model on the Hugging Face Hub, `hf:owner/name?revision=R`.
 * @throws DATA_HUB_*
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
    throw fail('DATA_HUB_MISSING', {
      asked: `${name} on the Hugging Face Hub must have a tokenizer.json`,
      got: `${listing.files.length} files, none of that name`,
      fix: 'Name a model with a fast tokenizer.',
    });
  }
  if (file.size > LARGEST_TOKENIZER) {
    throw fail('DATA_TOKENIZER', {
      asked: `The tokenizer.json of ${name} may have at most ${LARGEST_TOKENIZER} bytes`,
      got: `${file.size}`,
      fix: 'Name another model.',
    });
  }
  const { commit } = listing;
  const files = new HubFiles({ repository, commit, revision, environment, onProgress });
  await files.announce([file]);
  await files.fetch(file);
  return readSmallText(files.pathOf(file), LARGEST_TOKENIZER);
}
