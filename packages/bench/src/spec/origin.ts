import type { Path } from '@moekit/core';

/** Where a configuration comes from, for messages. */
export interface Origin {
  /** `Config run.json` */
  readonly name: string;
  /** The place of a part in its file; undefined where it comes from elsewhere. */
  at?(path: Path): string | undefined;
  /** Keys of the whole that flags of the command line decide: no part of a file. */
  readonly flags?: readonly string[];
}

/** The places of a file's parts, without the keys that flags decide. */
export function withoutFlags(
  at: Origin['at'],
  flags: readonly string[],
): NonNullable<Origin['at']> {
  return (path) => (flags.includes(String(path[0])) ? undefined : at?.(path));
}
