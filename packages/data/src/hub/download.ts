import type { FileHandle } from 'node:fs/promises';
import { mkdir, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { fail } from '../errors.js';
import { FileDigest } from './digest.js';
import { openDraft, takeDraft } from './draft.js';
import { chunksOf } from './received.js';
import type { HubFile } from './repository.js';
import { RETRIES } from './request.js';

/** So many connections may end after less than this; a server could go on for ever. */
const MOST_SHORT = 100;
const SHORT = 2 ** 16;

/** A file being fetched. */
export interface Download {
  readonly file: HubFile;
  /** Where it belongs. */
  readonly blob: string;
  /** The file from a byte on; all of it (no status 206) where the server does not cut. */
  readonly open: (from: number) => Promise<Response>;
  /** Called with the size so far. */
  readonly onSize: (bytes: number) => void;
  /** Waits before a connection that broke is tried again, ms; counted from 0 when bytes have come. */
  readonly retries?: readonly number[] | undefined;
}

/**
 * Fetches a file to its place as a whole or not at all. Received bytes are kept: a connection that breaks, or a process that is
 * killed, resumes where it ended. Size and hash are those that the Hub states.
 * @throws DATA_HUB_DOWNLOAD when what comes is something else, what `open` throws, errors of the file system
 */
export async function download(wanted: Download): Promise<void> {
  const { blob } = wanted;
  await mkdir(dirname(blob), { recursive: true });
  const { path, release } = await takeDraft(blob);
  try {
    await fillWhole(await openDraft(path), wanted);
    await rename(path, blob);
  } finally {
    release();
  }
}

async function fillWhole(handle: FileHandle, wanted: Download): Promise<void> {
  try {
    const { size: left } = await handle.stat();
    // the part left by an earlier process may be wrong
    if (!(await fill(handle, wanted)) && (left === 0 || !(await fill(handle, wanted)))) {
      throw notAsStated(wanted.file, 'other bytes');
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** @returns whether the file is what the Hub states; nothing is left of it where it is not */
async function fill(handle: FileHandle, wanted: Download): Promise<boolean> {
  const { file, retries = RETRIES } = wanted;
  const part = new Part(handle, file);
  await part.readLeft();
  for (let tries = 0, short = 0; part.size < file.size;) {
    const before = part.size;
    const broken = await append(part, wanted);
    if (part.size === file.size) break;
    tries = part.size > before ? 0 : tries + 1;
    if (part.size - before < SHORT) short++;
    if (tries > retries.length || short > MOST_SHORT) throw cutOff(file, part.size, broken);
    await sleep(retries[Math.max(0, tries - 1)] ?? 0);
  }
  if (part.matches()) return true;
  await part.clear();
  return false;
}

/** @returns what the connection broke with */
async function append(part: Part, { open: from, onSize }: Download): Promise<unknown> {
  const response = await from(part.size);
  if (part.size > 0 && response.status !== 206) await part.clear();
  try {
    for await (const chunk of chunksOf(response)) {
      await part.add(chunk);
      onSize(part.size);
    }
    return undefined;
  } catch (cause) {
    if (part.failed) throw cause;
    return cause;
  }
}

/** The part of a file on disk, with its digest so far. */
class Part {
  size = 0;
  /** Whether writing was what went wrong. */
  failed = false;
  readonly #handle: FileHandle;
  readonly #file: HubFile;
  #digest: FileDigest;

  constructor(handle: FileHandle, file: HubFile) {
    this.#handle = handle;
    this.#file = file;
    this.#digest = new FileDigest(file);
  }

  async readLeft(): Promise<void> {
    const { size } = await this.#handle.stat();
    if (size > this.#file.size) return this.clear();
    const buffer = new Uint8Array(2 ** 20);
    while (this.size < size) {
      const { bytesRead } = await this.#handle.read(buffer, 0, buffer.length, this.size);
      if (bytesRead === 0) return;
      this.#digest.update(buffer.subarray(0, bytesRead));
      this.size += bytesRead;
    }
  }

  async add(chunk: Uint8Array): Promise<void> {
    this.failed = true;
    if (this.size + chunk.length > this.#file.size) {
      await this.clear();
      throw notAsStated(this.#file, 'more bytes');
    }
    await this.#handle.appendFile(chunk);
    this.#digest.update(chunk);
    this.size += chunk.length;
    this.failed = false;
  }

  async clear(): Promise<void> {
    await this.#handle.truncate(0);
    this.#digest = new FileDigest(this.#file);
    this.size = 0;
  }

  matches(): boolean {
    return this.#digest.matches();
  }
}

function notAsStated({ path, size, oid }: HubFile, got: string) {
  return fail('DATA_HUB_DOWNLOAD', {
    asked: `${path} from the Hugging Face Hub must have ${size} bytes and the hash ${oid}`,
    got,
    fix: 'Run again. If it happens again, something between this machine and the Hub changes files (a proxy, HF_ENDPOINT).',
  });
}

function cutOff({ path, size }: HubFile, there: number, cause: unknown) {
  return fail('DATA_HUB_DOWNLOAD', {
    asked: `The connection to the Hugging Face Hub kept ending; ${path} has ${there} of ${size} bytes`,
    fix: 'Run again: the download resumes.',
    cause,
  });
}
