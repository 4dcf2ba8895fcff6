import { readdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';

/** Removes a folder in which there is no file, only folders like it; any other stays as it is. */
export function removeEmpty(folder: string): void {
  try {
    const inside = readdirSync(folder, { recursive: true, withFileTypes: true });
    if (!inside.every((entry) => entry.isDirectory())) return;
    const folders = inside.map((entry) => join(entry.parentPath, entry.name));
    for (const path of folders.toSorted((a, b) => b.length - a.length)) rmdirSync(path);
    rmdirSync(folder);
  } catch {
    // another process has just written into it, or removed it
  }
}
