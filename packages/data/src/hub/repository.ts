/** A repository of the Hub. */
export interface HubRepository {
  readonly type: 'dataset' | 'model';
  readonly name: string;
}

/** One file of a repository at one commit. */
export interface HubFile {
  readonly path: string;
  readonly size: number;
  /** Hex: the sha256 of a large file, git's blob sha1 of a small one; the name that the cache has for it. */
  readonly oid: string;
}

/** A config as the card of a data set tells of it. */
export interface CardConfig {
  readonly name: string;
  readonly isDefault: boolean;
  /** The folder of its files, where one is named. */
  readonly folder?: string | undefined;
  /** Patterns of its files by split; where absent, their names tell the split. */
  readonly splits?: Readonly<Record<string, readonly string[]>> | undefined;
}

/** The files of a repository at one commit. */
export interface HubListing {
  /** As the Hub writes it: an old name leads to the new one. */
  readonly name: string;
  readonly commit: string;
  /** As the card says it. */
  readonly license: string | null;
  readonly configs: readonly CardConfig[];
  readonly files: readonly HubFile[];
}
