/** One file of a text. */
export interface TextFile {
  /** Its ending tells the format. */
  readonly path: string;
  /** Distinguishes its content from that of an earlier file at the same path. */
  readonly identity: readonly (string | number)[];
  /** Makes the file be there, where it may be elsewhere still. */
  readonly fetch?: () => Promise<void>;
}

/** A text before it is read. */
export interface TextInput {
  readonly name: string;
  /** Who made it and under what licence. */
  readonly attribution: string;
  /** As the user named it; said in errors. */
  readonly source: string;
  /** Member or column that holds the text of JSONL and Parquet. */
  readonly field: string;
  readonly train: readonly TextFile[];
  /** Where absent, the last tenth of the text is held out. */
  readonly validation?: readonly TextFile[] | undefined;
}

/** How much of each part is used where so much is used of a text: nine tenths to train on. */
export function sharesOf(
  { validation }: TextInput,
  maxBytes: number | undefined,
): readonly (number | undefined)[] {
  if (!validation) return [maxBytes];
  if (maxBytes === undefined) return [undefined, undefined];
  const train = Math.floor(maxBytes * 0.9);
  return [train, maxBytes - train];
}
