import { join } from 'node:path';

import { userFolder } from '@moekit/files';

/** Where things are kept that can be made again. */
export function cacheFolder(kind: 'tokenizers' | 'tokens' | 'datasets'): string {
  return join(userFolder('cache'), kind);
}
