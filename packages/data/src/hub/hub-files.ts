import type { LoadProgress } from '../contract.js';
import { fail } from '../errors.js';
import { download } from './download.js';
import type { HubEnvironment } from './environment.js';
import { assertRoom, HubCache, keptIn } from './hub-cache.js';
import { openRemote } from './remote-file.js';
import type { HubFile, HubRepository } from './repository.js';

export interface HubFilesOptions {
  readonly repository: HubRepository;
  readonly commit: string;
  /** The revision that the commit was found under. */
  readonly revision: string;
  readonly environment: HubEnvironment;
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined;
}

/** Files of a repository at one commit: in the cache, or fetched into it. */
export class HubFiles {
  readonly #options: HubFilesOptions;
  readonly #cache: HubCache;
  /** Paths of files whose bytes were found to be those that the Hub states. */
  readonly #checked = new Set<string>();
  /** Bytes fetched before the file that is being fetched. */
  #fetched = 0;
  #total: number | undefined;

  constructor(options: HubFilesOptions) {
    this.#options = options;
    this.#cache = new HubCache(options.environment.cache, options.repository, options.commit);
  }

  pathOf(file: HubFile): string {
    return this.#cache.pathOf(file);
  }

  /** Says that all of these will be fetched. @throws DATA_HUB_CACHE when the disk has no room for them */
  async announce(files: readonly HubFile[]): Promise<void> {
    let missing = 0;
    for (const file of files) if (!(await this.#cache.seemsToHave(file))) missing += file.size;
    this.#total = missing;
    const { offline, cache } = this.#options.environment;
    if (missing > 0 && !offline) await assertRoom(cache, missing);
  }

  /** @throws DATA_HUB_NETWORK, DATA_HUB_DOWNLOAD, DATA_HUB_CACHE and what the Hub refuses with */
  async fetch(file: HubFile): Promise<void> {
    if (this.#checked.has(file.path)) return;
    const { environment, revision } = this.#options;
    await keptIn(environment.cache, async () => {
      if (await this.#cache.has(file)) return;
      if (!(await this.#cache.hasBlob(file))) await this.#download(file);
      await this.#cache.name(file, revision);
    });
    this.#checked.add(file.path);
  }

  async #download(file: HubFile): Promise<void> {
    const { environment, repository, commit } = this.#options;
    if (environment.offline) throw notCached(file, this.#options);
    await assertRoom(environment.cache, file.size);
    this.#report(0);
    await download({
      file,
      blob: this.#cache.blobOf(file),
      open: (from) => openRemote({ repository, commit, file, from }, environment),
      onSize: (bytes) => this.#report(bytes),
    });
    this.#fetched += file.size;
  }

  #report(bytes: number): void {
    const { repository, onProgress } = this.#options;
    const done = this.#fetched + bytes;
    onProgress?.({ what: repository.name, done, ...(this.#total && { total: this.#total }) });
  }
}

function notCached({ path }: HubFile, { repository, environment }: HubFilesOptions) {
  return fail('DATA_HUB_NETWORK', {
    asked: `HF_HUB_OFFLINE is set, and ${environment.cache} has no ${path} of ${repository.name} with the hash that the Hub stated`,
    fix: 'Run once online, without HF_HUB_OFFLINE.',
  });
}
