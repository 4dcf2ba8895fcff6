import { readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
  /** The folder of its entry. */
  readonly code: string;
}

/**
 * A package that can be imported. The search walks up from its entry to its package.json, which not every package
 * exports.
 * @param resolve `import.meta.resolve` of the module whose packages are meant
 */
export function installedPackage(
  name: string,
  resolve: (specifier: string) => string = (specifier) => import.meta.resolve(specifier),
): InstalledPackage | undefined {
  try {
    const code = realpathSync(dirname(fileURLToPath(resolve(name))));
    for (let folder = code; folder !== dirname(folder); folder = dirname(folder)) {
      const manifest = readManifest(join(folder, 'package.json'));
      if (manifest?.name !== name || manifest.version === undefined) continue;
      return { name, version: manifest.version, code };
    }
  } catch {
    return undefined;
  }
  return undefined;
}

function readManifest(file: string): { name?: string; version?: string } | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as { name?: string; version?: string };
  } catch {
    return undefined;
  }
}
