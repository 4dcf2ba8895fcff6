import { fetchFile } from './fetch-file.js';

declare const location: { readonly href: string };

/** The bytes of a file in a folder, by the page's address where the folder is a path. */
export function readFileOf(folder: string | URL, name: string): Promise<Uint8Array> {
  return fetchFile(new URL(`${String(folder).replace(/\/*$/, '/')}${name}`, location.href));
}

/** A page cannot list folders: what is given is the checkpoint. */
export const checkpointAt = (folder: string | URL): Promise<string | URL> =>
  Promise.resolve(folder);
