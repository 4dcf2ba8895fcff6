import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { sizeOf } from '../tensorflow/manifest.js';

/** Milliseconds between two reports of progress. */
const INTERVAL = 5_000;

/** Reports how many bytes folders hold until it is stopped. */
export function watchFolders(dirs: readonly string[], tell: (bytes: number) => void): () => void {
  const timer = setInterval(() => tell(dirs.reduce((sum, dir) => sum + bytesIn(dir), 0)), INTERVAL);
  return () => clearInterval(timer);
}

function bytesIn(dir: string): number {
  try {
    return readdirSync(dir, { recursive: true })
      .map((name) => sizeOf(join(dir, String(name))))
      .reduce((sum, size) => sum + Math.max(0, size), 0);
  } catch {
    return 0; // files come and go while pip works
  }
}
