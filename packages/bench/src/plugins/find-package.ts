import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { createJiti } from 'jiti';

/** The file that an installed package's name leads to, seen from the working directory. */
export function findPackage(name: string): string | undefined {
  const found = createJiti(join(process.cwd(), 'package.json')).esmResolve(name, { try: true });
  if (found === undefined) return undefined;
  return found.startsWith('file:') ? fileURLToPath(found) : found;
}
