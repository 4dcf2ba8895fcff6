import { accessSync, constants, statSync } from 'node:fs';

/** A module or configuration of more bytes is a mistake, or an attack. */
const LIMIT = 32 * 2 ** 20;

/**
 * Why a path cannot be read as a module, a configuration or results, found before anything of it is read: a device has no end and
 * a pipe may never begin.
 * @param limit bytes      @returns the reason, for a message (`FILE, which ...`); undefined for a regular file
 */
export function fileProblem(path: string, limit = LIMIT): string | undefined {
  try {
    const stat = statSync(path);
    if (stat.isDirectory()) return 'which is a folder';
    if (!stat.isFile()) return 'which is a device, a pipe or a socket';
    if (stat.size > limit) return `which has more than ${limit / 2 ** 20} MiB`;
    accessSync(path, constants.R_OK);
    return undefined;
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return 'which does not exist';
    return `which cannot be read (${code})`;
  }
}
