import type * as hub from '@huggingface/hub';

import { fail } from '../errors.js';

/** The members of `@huggingface/hub` that moekit uses. */
export type HubPackage = Pick<
  typeof hub,
  'datasetInfo' | 'modelInfo' | 'listFiles' | 'fileDownloadInfo'
>;

/** @throws DATA_HUB_PACKAGE when it is not installed */
export async function loadHubPackage(
  load: () => Promise<HubPackage> = () => import('@huggingface/hub'),
): Promise<HubPackage> {
  try {
    return await load();
  } catch (cause) {
    throw fail('DATA_HUB_PACKAGE', {
      asked: `The package @huggingface/hub is needed for data sets and tokenizers of the Hugging Face Hub: ${(cause as Error).message.split('\n')[0]!}`,
      fix: 'Install it: npm i @huggingface/hub',
      cause,
    });
  }
}
